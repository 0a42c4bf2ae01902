export { type AuditEvent, auditEventSchema, sealedEventsSchema } from './audit-event';
export { type Health, healthSchema } from './health';
export { type MaterialRow, materialSchema } from './material';
export { type Message, messageSchema } from './message';
export { parse } from './parse';
export { TOPICS } from './topics';
