import { z } from 'zod';

/** What every service answers at `/health/live` and `/health/ready`. */
export const healthSchema = z.object({
  service: z.string(),
  status: z.enum(['up', 'down']),
  checks: z.record(z.string(), z.enum(['up', 'down'])),
});

export type Health = z.infer<typeof healthSchema>;
