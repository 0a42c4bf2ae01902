# Everything is done by the scripts in tests/engine; this file names what can be done.
#
# NODE, BASES, FOREIGN_BASES and VEXTRUS_STATE reach the scripts through the environment; tests/engine/bases.sh
# and tests/engine/lib.sh say what they mean. NAME, STORE and RELEASE choose a private engine beside
# the usual one; a NAME or RELEASE that the environment happens to have is not meant.
export NODE BASES FOREIGN_BASES VEXTRUS_STATE
ifneq ($(origin NAME),command line)
NAME :=
endif
ifneq ($(origin RELEASE),command line)
RELEASE :=
endif
ENGINE := $(if $(NAME),--name $(NAME)) $(if $(STORE),--store $(STORE)) $(if $(RELEASE),--release $(RELEASE))

# The value of a variable that the command line sets; one that the environment happens to have is not meant.
given = $(if $(filter command,$(firstword $(origin $(1)))),$($(1)))

.DEFAULT_GOAL := help
.PHONY: help engine image bases demo bench test fuzz faults fixtures starters scripts lint down clean

# Runs the rest of a recipe line with DOCKER_HOST set to the engine that is found or started.
WITH_ENGINE = set -e; engine=$$(tests/engine/up.sh $(ENGINE)); eval "$$engine";

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

engine: ## Find or start a Docker Engine and print `export DOCKER_HOST=…`, for eval
	@tests/engine/up.sh $(ENGINE)

image: ## Build the frontend and load it as vextrus/frontend (ARGS="-t x/y:1" passes through)
	@$(WITH_ENGINE) tests/engine/image.sh $(ARGS)

bases: ## Pull the base images, or load stand-ins where that fails (NODE="20 22 24")
	@$(WITH_ENGINE) tests/engine/bases.sh

demo: image ## Build, run, change and rebuild one service of examples/erp (KIND=static: a site; COMPARE=1: beside a naive image)
	@$(WITH_ENGINE) tests/engine/demo.sh $(if $(call given,COMPARE),--compare) $(if $(call given,KIND),--kind '$(KIND)')

# What `make bench` passes on; the program says what each may be.
BENCH := SUBJECT SCENARIOS BUILDERS SERVICES RUNS BAKE_RUNS SCALE_RUNS WORKSPACE OUT
bench: image bases ## Measure builds beside other ways of building (SUBJECT=static SCENARIOS=a,b BUILDERS=x,y SERVICES=auth RUNS=3)
	@$(WITH_ENGINE) cargo run --quiet --locked --release -p vextrus-bench -- \
	  $(foreach name,$(BENCH),$(if $(filter command,$(firstword $(origin $(name)))),'$(name)=$($(name))'))

scripts: ## Test the scripts that run in every build, without an engine (FILES=tests/scripts/trim.test.cjs)
	@tests/engine/scripts.sh test $(call given,FILES)

lint: ## Check formatting, clippy, scripts, licences, sources and advisories
	@tests/engine/lint.sh

test: ## Run everything: lint, tests of the scripts, unit and snapshot tests, end-to-end tests on an engine
	@tests/engine/test.sh $(ENGINE)

# What `make fuzz` passes on.
FUZZ := MINUTES SEED TARGETS FROM BATCHES
fuzz: ## Try inputs that no test has, for MINUTES=10, and count them (SEED=1 TARGETS=lockfile,pipeline), without an engine
	@tests/engine/fuzz.sh \
	  $(foreach name,$(FUZZ),$(if $(filter command,$(firstword $(origin $(name)))),'$(name)=$($(name))'))

# What `make faults` passes on.
FAULTS := ROUNDS SEED FROM BUILDS
faults: image bases ## Build while clients, engines, registries, disks and caches fail, ROUNDS=20 times, and count how that ends (SEED=1)
	@$(WITH_ENGINE) cargo run --quiet --locked -p vextrus-e2e --bin faults -- \
	  $(foreach name,$(FAULTS),$(if $(filter command,$(firstword $(origin $(name)))),'$(name)=$($(name))'))

# FIXTURES names some of tests/fixtures, with commas between.
fixtures: image bases ## Build every fixture with the real pnpm and npm of every major that has its feature (FIXTURES=catalogs,patches)
	@$(WITH_ENGINE) MAJORS=all FIXTURES='$(call given,FIXTURES)' \
	  cargo test --locked -p vextrus-e2e --test e2e -- --nocapture npm_installs_what_is_left

# What `make starters` passes on.
STARTERS := ONLY RELOCK
starters: image bases ## Make a project of each usual framework by its own tool, build it from one line, run and ask it (ONLY=nest,hono)
	@$(WITH_ENGINE) cargo run --quiet --locked -p vextrus-e2e --bin starters -- \
	  $(foreach name,$(STARTERS),$(if $(filter command,$(firstword $(origin $(name)))),'$(name)=$($(name))'))

down: ## Stop the private engines; images, cache and downloads stay
	@tests/engine/down.sh $(if $(NAME),--name $(NAME))

clean: ## Stop the private engines and free their disk, downloads included
	@tests/engine/down.sh --clean $(if $(NAME),--name $(NAME))
