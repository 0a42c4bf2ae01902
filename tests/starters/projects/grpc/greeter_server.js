const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");

const file = path.join(__dirname, "protos", "helloworld.proto");
const { helloworld } = grpc.loadPackageDefinition(protoLoader.loadSync(file));

const server = new grpc.Server();
server.addService(helloworld.Greeter.service, {
  sayHello: (call, callback) => callback(null, { message: `Hello ${call.request.name}` }),
});
server.bindAsync("0.0.0.0:50051", grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
