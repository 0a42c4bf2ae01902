# The usual three stages of a front end: dependencies, a builder that copies them, nginx. It listens on a port that
# takes no root, and source maps stay behind.
ARG BUILD_BASE=node:22-bookworm-slim
ARG RUN_BASE=nginxinc/nginx-unprivileged:stable-alpine-slim

FROM ${BUILD_BASE} AS deps
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci

FROM ${BUILD_BASE} AS builder
WORKDIR /app
COPY --from=deps /app/node_modules ./node_modules
COPY . .
ARG VITE_API_BASE=/api/v1
RUN npm run build && find dist -name '*.map' -delete

FROM ${RUN_BASE} AS runtime
COPY --from=tools nginx.conf /etc/nginx/conf.d/default.conf
COPY --from=builder /app/dist /usr/share/nginx/html
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"]
