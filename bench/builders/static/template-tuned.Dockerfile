# The template as a careful engineer tunes it: a cache of downloads, manifests that are mounted for the install, no
# stage that copies dependencies, sources that are named one by one, so that nothing else builds anew, files that lie
# there packed, and linked copies whose layers do not depend on what is below.
ARG BUILD_BASE=node:22-bookworm-slim
ARG RUN_BASE=nginxinc/nginx-unprivileged:stable-alpine-slim

FROM ${BUILD_BASE} AS builder
WORKDIR /app
ENV CI=true
RUN --mount=type=bind,source=package.json,target=package.json \
    --mount=type=bind,source=package-lock.json,target=package-lock.json \
    --mount=type=cache,target=/root/.npm \
    npm ci --prefer-offline --no-audit --no-fund
COPY package.json index.html vite.config.ts tsconfig.json .env.productio[n] ./
COPY public public
COPY src src
ARG VITE_API_BASE=/api/v1
RUN npm run build && find dist -name '*.map' -delete \
    && find dist -type f -size +1k '(' -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.svg' ')' -exec gzip -9 -k -n {} +

FROM ${RUN_BASE} AS runtime
COPY --link --from=tools nginx-tuned.conf /etc/nginx/conf.d/default.conf
COPY --link --from=builder /app/dist /usr/share/nginx/html
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"]
