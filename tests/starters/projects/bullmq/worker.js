import { Worker } from "bullmq";

const connection = { host: process.env.REDIS_HOST ?? "127.0.0.1", port: 6379, maxRetriesPerRequest: null };
const worker = new Worker("greetings", async (job) => `Hello ${job.data.name}`, { connection });

worker.on("completed", (job, result) => console.log(`done: ${result}`));
worker.on("error", (error) => console.error(`queue: ${error.code ?? error.message}`));
