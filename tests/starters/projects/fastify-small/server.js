const fastify = require("fastify")({ logger: true });

fastify.get("/", () => ({ hello: "Hello Fastify" }));

fastify.listen({ port: 3000, host: "0.0.0.0" }).catch((error) => {
  fastify.log.error(error);
  process.exit(1);
});
