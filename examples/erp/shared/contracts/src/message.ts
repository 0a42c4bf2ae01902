import { z } from 'zod';

/** A message that the notification service can render. */
export const messageSchema = z.object({
  template: z.enum(['invoice-approved', 'welcome']),
  recipient: z.string().min(1).max(100),
  reference: z.string().max(40).optional(),
});

export type Message = z.infer<typeof messageSchema>;
