import { z } from 'zod';

/** Something that happened in a service and has to be on record. */
export const auditEventSchema = z.object({
  subject: z.string().min(1).max(100),
  action: z.string().min(1).max(40),
  actor: z.string().min(1).max(100),
  at: z.iso.datetime(),
});

export type AuditEvent = z.infer<typeof auditEventSchema>;

/** Events as the audit service has sealed them, oldest first. */
export const sealedEventsSchema = z.array(auditEventSchema.extend({ seal: z.string().length(64) }));
