import { createHash } from 'node:crypto';
import type { AuditEvent } from '@erp/service-contracts';

/** What the first entry follows. */
export const ORIGIN = '0'.repeat(64);

/** Returns the seal of an event after the entry with the seal `previous`. */
export function seal(previous: string, event: AuditEvent): string {
  const fields = [previous, event.subject, event.action, event.actor, event.at];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

/** Returns the position of the first event whose seal does not follow from those before it, or -1. */
export function firstBroken(events: readonly (AuditEvent & { seal: string })[]): number {
  let previous = ORIGIN;
  return events.findIndex((event) => {
    const expected = seal(previous, event);
    previous = event.seal;
    return event.seal !== expected;
  });
}
