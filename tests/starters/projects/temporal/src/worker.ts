import { NativeConnection, Worker } from "@temporalio/worker";

import * as activities from "./activities";

async function run() {
  const address = process.env.TEMPORAL_ADDRESS ?? "localhost:7233";
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: "hello-world",
    workflowsPath: require.resolve("./workflows"),
    activities,
  });
  await worker.run();
}

run().catch((error) => {
  console.error(error);
  process.exit(1);
});
