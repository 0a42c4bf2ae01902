# The template as a careful engineer tunes it: the install sees manifests alone, so that a code change does not
# run it; dependencies and code are separate linked copies whose layers depend on their content alone, so that a
# code change moves little. The .dockerignore beside it leaves the other services out.
ARG BUILD_BASE=node:22-bookworm-slim
ARG RUN_BASE=${BUILD_BASE}
ARG RUN_STAGE=plain

FROM ${BUILD_BASE} AS base
ARG BUILD_PACKAGES=""
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    if [ -z "${BUILD_PACKAGES}" ]; then exit; \
    elif command -v apk; then apk add --no-cache ${BUILD_PACKAGES}; \
    else rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update \
    && apt-get install -y --no-install-recommends ${BUILD_PACKAGES}; fi
ARG PNPM=9
RUN npm install --global pnpm@${PNPM}
ENV CI=true HUSKY=0 PUPPETEER_SKIP_DOWNLOAD=true npm_config_nodedir=/usr/local \
    npm_config_store_dir=/pnpm/store pnpm_config_store_dir=/pnpm/store
WORKDIR /app

# What an install reads, and nothing else: this stage runs with each change, and its result mostly stays the same.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name pnpm-lock.yaml ! -name pnpm-workspace.yaml ! -name .npmrc \
    ! -name .pnpmfile.cjs ! -path './patches/*' -exec rm {} + \
    && find . -depth -mindepth 1 -type d -exec rmdir {} \; 2>/dev/null || true

FROM base AS deps
ARG PACKAGE
COPY --from=manifests /app ./
RUN --mount=type=cache,id=pnpm,target=/pnpm/store \
    pnpm install --frozen-lockfile --prefer-offline --filter "${PACKAGE}..." --filter "{.}"

FROM deps AS builder
COPY . .
RUN pnpm --filter "${PACKAGE}..." --if-present run build
ARG DEPLOY_FLAGS=""
ARG ENTRY=dist/main.js
# Files that pnpm stamps with the time would make each layer of dependencies a new one.
RUN --mount=type=cache,id=pnpm,target=/pnpm/store --mount=type=bind,from=tools,target=/tools \
    node /tools/link-ranges.cjs && pnpm --filter "${PACKAGE}" deploy --prod --prefer-offline ${DEPLOY_FLAGS} /prod/app \
    && rm -f /prod/app/node_modules/.modules.yaml /prod/app/node_modules/.pnpm-workspace-state*.json \
    && mkdir /prod/dependencies && mv /prod/app/node_modules /prod/dependencies/ && ln -s "${ENTRY}" /prod/app/start-here

FROM ${RUN_BASE} AS plain

FROM plain AS packages
ARG RUN_PACKAGES=""
RUN if command -v apk; then apk add --no-cache ${RUN_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${RUN_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi

FROM ${RUN_STAGE} AS runtime
ENV NODE_ENV=production PATH=${PATH}:/nodejs/bin
WORKDIR /app
COPY --link --from=builder /prod/dependencies /app/
COPY --link --from=builder /prod/app /app/
ARG PORT=3000
ARG HEALTH=/health/ready
ENV PORT=${PORT} HEALTH=${HEALTH}
EXPOSE ${PORT}
USER 1001:1001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + process.env.HEALTH).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT []
CMD ["node", "start-here"]
