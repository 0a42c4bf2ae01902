# What Turborepo's documentation proposes (https://turborepo.com/docs/guides/tools/docker): a pruned workspace,
# dependencies installed from its manifests, then its sources built, then a runner that is not root.
ARG BUILD_BASE=node:22-bookworm-slim
ARG RUN_BASE=${BUILD_BASE}
ARG RUN_STAGE=plain

FROM ${BUILD_BASE} AS base
ARG BUILD_PACKAGES=""
RUN if [ -z "${BUILD_PACKAGES}" ]; then exit; \
    elif command -v apk; then apk add --no-cache ${BUILD_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${BUILD_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi
ARG PNPM=9
ARG TURBO=2
RUN npm install --global pnpm@${PNPM} turbo@${TURBO}
ENV CI=true HUSKY=0 PUPPETEER_SKIP_DOWNLOAD=true npm_config_nodedir=/usr/local TURBO_TELEMETRY_DISABLED=1 \
    npm_config_store_dir=/pnpm/store pnpm_config_store_dir=/pnpm/store
WORKDIR /app

FROM base AS pruner
COPY . .
# What a repository that uses Turborepo has.
RUN [ -e turbo.json ] || echo '{"tasks":{"build":{"dependsOn":["^build"],"outputs":["dist/**"]}}}' >turbo.json
ARG PACKAGE
RUN turbo prune "${PACKAGE}" --docker
# TypeScript settings at the root are not among the pruned files.
RUN find . -maxdepth 1 -name 'tsconfig*.json' -exec cp {} out/full/ \;

FROM base AS installer
COPY --from=pruner /app/out/json/ ./
RUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm install --frozen-lockfile
COPY --from=pruner /app/out/full/ ./
ARG PACKAGE
RUN turbo run build --filter="${PACKAGE}"
ARG DIRECTORY=services/auth
ARG ENTRY=dist/main.js
RUN ln -s "${ENTRY}" "${DIRECTORY}/start-here"

FROM ${RUN_BASE} AS plain

FROM plain AS packages
ARG RUN_PACKAGES=""
RUN if command -v apk; then apk add --no-cache ${RUN_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${RUN_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi

FROM ${RUN_STAGE} AS runner
ENV NODE_ENV=production PATH=${PATH}:/nodejs/bin
WORKDIR /app
USER 1001:1001
COPY --from=installer /app ./
ARG DIRECTORY=services/auth
WORKDIR /app/${DIRECTORY}
ARG PORT=3000
ENV PORT=${PORT}
EXPOSE ${PORT}
ENTRYPOINT []
CMD ["node", "start-here"]
