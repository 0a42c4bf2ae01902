import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS, auditEventSchema, parse } from '@erp/service-contracts';
import { unwrap } from '@erp/shared-kernel';
import { AuditService } from './audit.service';

/** Writes down what other services publish. */
@Controller()
export class AuditConsumer {
  constructor(private readonly audit: AuditService) {}

  @EventPattern(TOPICS.audit)
  async record(@Payload() event: unknown): Promise<void> {
    await this.audit.append(unwrap(parse(auditEventSchema, event)));
  }
}
