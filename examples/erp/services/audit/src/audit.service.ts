import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '@erp/service-contracts';
import { Transactions } from '@erp/transactions';
import { AuditEntry } from './audit-entry.entity';
import { ORIGIN, seal } from './seal';

const MOST = 100;

@Injectable()
export class AuditService {
  constructor(private readonly transactions: Transactions) {}

  /** Adds an event behind the last entry; the transaction keeps two from following the same one. */
  append(event: AuditEvent): Promise<AuditEntry> {
    return this.transactions.run(async (manager) => {
      const [last] = await manager.find(AuditEntry, { order: { id: 'DESC' }, take: 1 });
      return manager.save(AuditEntry, {
        ...event,
        at: new Date(event.at),
        seal: seal(last?.seal ?? ORIGIN, event),
      });
    });
  }

  of(subject: string): Promise<AuditEntry[]> {
    return this.transactions.read((manager) =>
      manager.find(AuditEntry, { where: { subject }, order: { id: 'DESC' }, take: MOST }),
    );
  }
}
