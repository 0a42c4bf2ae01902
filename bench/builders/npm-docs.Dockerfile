# What Docker's guide proposes for a Node service of npm (https://docs.docker.com/guides/nodejs/containerize/), for a
# member of a workspace: `npm ci` with a cache mount, once for the build and once for production, in stages that run
# beside each other and that see manifests alone.
ARG BUILD_BASE=node:22-bookworm-slim
ARG RUN_BASE=${BUILD_BASE}
ARG RUN_STAGE=plain

FROM ${BUILD_BASE} AS base
ARG BUILD_PACKAGES=""
RUN if [ -z "${BUILD_PACKAGES}" ]; then exit; \
    elif command -v apk; then apk add --no-cache ${BUILD_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${BUILD_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi
# At the repository's version, unless that is the one of Node's image.
ARG NPM=""
RUN [ -z "${NPM}" ] || npm install --global npm@${NPM}
ENV CI=true HUSKY=0 PUPPETEER_SKIP_DOWNLOAD=true npm_config_nodedir=/usr/local \
    npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
WORKDIR /app

# The guide mounts package.json and the lockfile; a workspace has a manifest a member.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -exec rm {} + \
    && find . -depth -mindepth 1 -type d -exec rmdir {} \; 2>/dev/null || true

FROM base AS production
COPY --from=manifests /app ./
ARG DIRECTORY
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace "${DIRECTORY}"

FROM base AS build
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
ARG CLOSURE=""
ARG DIRECTORY
ARG ENTRY=dist/main.js
# What is built and its manifest, at the places that npm's links lead to.
RUN for package in ${CLOSURE} "${DIRECTORY}"; do \
      npm run build --if-present --workspace "${package}" \
      && mkdir -p "/built/${package}" && cp -R "${package}/package.json" "${package}/dist" "/built/${package}/" || exit; \
    done; ln -s "${ENTRY}" "/built/${DIRECTORY}/start-here"

FROM ${RUN_BASE} AS plain

FROM plain AS packages
ARG RUN_PACKAGES=""
RUN if command -v apk; then apk add --no-cache ${RUN_PACKAGES}; \
    else apt-get update && apt-get install -y --no-install-recommends ${RUN_PACKAGES} && rm -rf /var/lib/apt/lists/*; fi

FROM ${RUN_STAGE} AS app
ENV NODE_ENV=production PATH=${PATH}:/nodejs/bin
WORKDIR /app
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /built ./
ARG DIRECTORY
WORKDIR /app/${DIRECTORY}
ARG PORT=3000
ENV PORT=${PORT}
EXPOSE ${PORT}
USER 1001:1001
ENTRYPOINT []
CMD ["node", "start-here"]
