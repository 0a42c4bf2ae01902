import { z } from 'zod';

/** A line of a supplier's price list. */
export const materialSchema = z.object({
  code: z.string().min(1).max(20),
  name: z.string().min(1).max(200),
  unit: z.string().min(1).max(8),
  price: z.coerce.number().nonnegative(),
});

export type MaterialRow = z.infer<typeof materialSchema>;
