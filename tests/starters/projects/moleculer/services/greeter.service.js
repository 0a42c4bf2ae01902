"use strict";

module.exports = {
  name: "greeter",
  actions: {
    hello: {
      rest: "GET /hello",
      handler: () => "Hello Moleculer",
    },
  },
};
