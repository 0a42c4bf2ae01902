import { z } from 'zod';

export const Basket = z.object({
  items: z.array(z.object({ cents: z.number().int().nonnegative(), count: z.number().int().positive() })),
});
export type Basket = z.infer<typeof Basket>;

/** Returns what a basket costs, in cents. */
export function total(basket: Basket): number {
  return basket.items.reduce((sum, { cents, count }) => sum + cents * count, 0);
}
