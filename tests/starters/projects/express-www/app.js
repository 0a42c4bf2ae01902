const express = require("express");

const app = express();

app.get("/", (request, response) => response.send("Hello Express"));

module.exports = app;
