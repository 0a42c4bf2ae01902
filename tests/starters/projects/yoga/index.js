import { createServer } from "node:http";

import { createSchema, createYoga } from "graphql-yoga";

const schema = createSchema({
  typeDefs: "type Query { hello: String }",
  resolvers: { Query: { hello: () => "Hello Yoga" } },
});

createServer(createYoga({ schema })).listen(4000, () => {
  console.info("Server is running on http://localhost:4000/graphql");
});
