import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { z } from "zod";

import { publicProcedure, router } from "./trpc.js";

const appRouter = router({
  hello: publicProcedure
    .input(z.string().optional())
    .query(({ input }) => `Hello ${input ?? "tRPC"}`),
});

export type AppRouter = typeof appRouter;

createHTTPServer({ router: appRouter }).listen(3000);
