import { Injectable, NotFoundException } from '@nestjs/common';
import { EventPublisher } from '@erp/events';
import { TOPICS } from '@erp/service-contracts';
import { Transactions } from '@erp/transactions';
import { Invoice } from './invoice.entity';

@Injectable()
export class InvoiceService {
  constructor(
    private readonly transactions: Transactions,
    private readonly events: EventPublisher,
  ) {}

  of(company: string): Promise<Invoice[]> {
    return this.transactions.read((manager) =>
      manager.find(Invoice, { where: { company }, order: { number: 'ASC' } }),
    );
  }

  byNumber(number: string): Promise<Invoice | null> {
    return this.transactions.read((manager) => manager.findOneBy(Invoice, { number }));
  }

  /** Approves an invoice and puts that on record. */
  async approve(number: string, actor: string): Promise<void> {
    await this.transactions.run(async (manager) => {
      const { affected } = await manager.update(Invoice, { number }, { approved: true });
      if (affected !== 1) {
        throw new NotFoundException();
      }
    });
    const subject = `invoice/${number}`;
    this.events.publish(TOPICS.audit, {
      subject,
      action: 'approve',
      actor,
      at: new Date().toISOString(),
    });
  }
}
