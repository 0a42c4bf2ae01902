# What a service's image costs without a thought: the whole monorepo, every dependency, the
# compilers for native modules, one stage. `make demo` measures the frontend's image beside it.
ARG NODE=22
FROM node:${NODE}-bookworm-slim
ARG PNPM=9
ARG SERVICE=auth
RUN apt-get update && apt-get install -y python3 make g++
RUN npm install --global pnpm@${PNPM}
# Native modules compile against the headers in the image.
ENV npm_config_nodedir=/usr/local
WORKDIR /app
COPY . .
RUN pnpm install --frozen-lockfile && pnpm --recursive --if-present run build
WORKDIR /app/services/${SERVICE}
CMD ["node", "dist/main.js"]
