"use strict";

module.exports = { namespace: "starter", logger: true, logLevel: "info" };
