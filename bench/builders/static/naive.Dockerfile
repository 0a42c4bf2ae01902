# What a front end costs without a thought: one stage with everything in it, root, and the bundler's own preview for a
# server.
ARG BUILD_BASE=node:22-bookworm-slim
FROM ${BUILD_BASE}
WORKDIR /app
COPY . .
RUN npm install
ARG VITE_API_BASE=/api/v1
RUN npm run build
EXPOSE 8080
CMD ["npx", "vite", "preview", "--host", "0.0.0.0", "--port", "8080"]
