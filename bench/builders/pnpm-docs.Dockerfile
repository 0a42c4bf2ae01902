# What pnpm's documentation proposes for several images of one monorepo (https://pnpm.io/docker, second example):
# one stage installs and builds the whole workspace with a cache mount, `pnpm deploy` takes one package out of it.
ARG BUILD_BASE=node:22-bookworm-slim
ARG RUN_BASE=${BUILD_BASE}
ARG RUN_STAGE=plain

FROM ${BUILD_BASE} AS base
ARG BUILD_PACKAGES=""
RUN if [ -z "${BUILD_PACKAGES}" ]; then exit; \
    elif command -v apk; then apk add --no-cache ${BUILD_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${BUILD_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi
# At the repository's version, as corepack would choose it.
ARG PNPM=9
RUN npm install --global pnpm@${PNPM}
ENV CI=true HUSKY=0 PUPPETEER_SKIP_DOWNLOAD=true npm_config_nodedir=/usr/local \
    npm_config_store_dir=/pnpm/store pnpm_config_store_dir=/pnpm/store

FROM base AS build
COPY . /usr/src/app
WORKDIR /usr/src/app
RUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm install --frozen-lockfile
RUN pnpm --recursive --if-present run build
ARG PACKAGE
ARG DEPLOY_FLAGS=""
ARG ENTRY=dist/main.js
# The documentation has no cache mount here, and would fetch everything again.
RUN --mount=type=cache,id=pnpm,target=/pnpm/store --mount=type=bind,from=tools,target=/tools \
    node /tools/link-ranges.cjs && pnpm deploy --filter="${PACKAGE}" --prod ${DEPLOY_FLAGS} /prod/app && ln -s "${ENTRY}" /prod/app/start-here

FROM ${RUN_BASE} AS plain

FROM plain AS packages
ARG RUN_PACKAGES=""
RUN if command -v apk; then apk add --no-cache ${RUN_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${RUN_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi

FROM ${RUN_STAGE} AS app
ENV PATH=${PATH}:/nodejs/bin
COPY --from=build /prod/app /prod/app
WORKDIR /prod/app
ARG PORT=3000
ENV PORT=${PORT}
EXPOSE ${PORT}
ENTRYPOINT []
CMD ["node", "start-here"]
