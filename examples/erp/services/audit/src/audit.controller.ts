import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { parse, sealedEventsSchema } from '@erp/service-contracts';
import { unwrap } from '@erp/shared-kernel';
import type { AuditEntry } from './audit-entry.entity';
import { AuditService } from './audit.service';
import { firstBroken } from './seal';

@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  of(@Query('subject') subject = ''): Promise<AuditEntry[]> {
    return this.audit.of(subject);
  }

  /** Checks an exported chain; it needs no database, so that an auditor can run it alone. */
  @Post('verify')
  @HttpCode(200)
  verify(@Body() events: unknown): { intact: boolean; firstBroken: number } {
    const broken = firstBroken(unwrap(parse(sealedEventsSchema, events)));
    return { intact: broken === -1, firstBroken: broken };
  }
}
