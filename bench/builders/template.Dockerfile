# The usual multi-stage template of such monorepos, corrected so that it works: base, deps fetched with a cache
# mount, builder, `pnpm deploy`, a runtime that is not root and has a health check. The .dockerignore beside it
# leaves the other services out, so that `COPY . .` is the root's files, the shared packages and the service.
ARG BUILD_BASE=node:22-bookworm-slim
ARG RUN_BASE=${BUILD_BASE}
ARG RUN_STAGE=plain

FROM ${BUILD_BASE} AS base
ARG BUILD_PACKAGES=""
RUN if [ -z "${BUILD_PACKAGES}" ]; then exit; \
    elif command -v apk; then apk add --no-cache ${BUILD_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${BUILD_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi
ARG PNPM=9
RUN npm install --global pnpm@${PNPM}
ENV CI=true HUSKY=0 PUPPETEER_SKIP_DOWNLOAD=true npm_config_nodedir=/usr/local \
    npm_config_store_dir=/pnpm/store pnpm_config_store_dir=/pnpm/store
WORKDIR /app

FROM base AS deps
COPY package.json pnpm-lock.yaml pnpm-workspace.yam[l] .npmr[c] .pnpmfile.cj[s] ./
COPY patche[s] ./patches/
RUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm fetch

FROM deps AS builder
COPY . .
ARG PACKAGE
RUN --mount=type=cache,id=pnpm,target=/pnpm/store \
    pnpm install --offline --frozen-lockfile --filter "${PACKAGE}..." --filter "{.}"
RUN pnpm --filter "${PACKAGE}..." --if-present run build
ARG DEPLOY_FLAGS=""
ARG ENTRY=dist/main.js
RUN --mount=type=cache,id=pnpm,target=/pnpm/store --mount=type=bind,from=tools,target=/tools \
    node /tools/link-ranges.cjs && pnpm --filter "${PACKAGE}" deploy --prod ${DEPLOY_FLAGS} /prod/app && ln -s "${ENTRY}" /prod/app/start-here

FROM ${RUN_BASE} AS plain

FROM plain AS packages
ARG RUN_PACKAGES=""
RUN if command -v apk; then apk add --no-cache ${RUN_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${RUN_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi

FROM ${RUN_STAGE} AS runtime
ENV NODE_ENV=production PATH=${PATH}:/nodejs/bin
WORKDIR /app
COPY --from=builder /prod/app ./
ARG PORT=3000
ARG HEALTH=/health/ready
ENV PORT=${PORT} HEALTH=${HEALTH}
EXPOSE ${PORT}
USER 1001:1001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + process.env.HEALTH).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT []
CMD ["node", "start-here"]
