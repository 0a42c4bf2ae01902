# What a service's image costs without a thought: the whole monorepo, every dependency, one stage.
# `make demo` measures the frontend's image beside it, on the same base.
ARG NODE=22
FROM node:${NODE}-bookworm-slim
ARG PNPM=9
ARG SERVICE=auth
RUN npm install --global pnpm@${PNPM}
WORKDIR /app
COPY . .
RUN pnpm install --frozen-lockfile && pnpm --recursive --if-present run build
WORKDIR /app/services/${SERVICE}
CMD ["node", "dist/main.js"]
