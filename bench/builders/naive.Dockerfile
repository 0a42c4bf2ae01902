# What a service's image costs without a thought: the whole monorepo, every dependency, the
# compilers for native modules, one stage, root. `make demo COMPARE=1` measures the frontend's image beside it.
ARG BUILD_BASE=node:22-bookworm-slim
FROM ${BUILD_BASE}
ARG BUILD_PACKAGES="g++ make python3"
RUN [ -z "${BUILD_PACKAGES}" ] || { apt-get update && apt-get install -y ${BUILD_PACKAGES}; }
ARG PNPM=9
RUN npm install --global pnpm@${PNPM}
# Native modules compile against the headers in the image; browsers come from elsewhere.
ENV npm_config_nodedir=/usr/local PUPPETEER_SKIP_DOWNLOAD=true
WORKDIR /app
COPY . .
RUN pnpm install --frozen-lockfile && pnpm --recursive --if-present run build
# Declared late, so that the services of one bake share all of the above.
ARG DIRECTORY=services/auth
WORKDIR /app/${DIRECTORY}
ARG ENTRY=dist/main.js
RUN ln -s "${ENTRY}" start-here
CMD ["node", "start-here"]
