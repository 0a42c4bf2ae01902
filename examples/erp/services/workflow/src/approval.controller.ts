import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { unwrap } from '@erp/shared-kernel';
import { parseInteger } from '@erp/utils';
import { ApprovalService } from './approval.service';
import { approvers } from './approvers';
import { TASK_QUEUE } from './temporal';
import { TemporalWorker } from './temporal.worker';
import type { Invoice } from './workflows';

const AMOUNT = { fallback: 0, min: 0, max: 1_000_000_000 };

@Controller('approvals')
export class ApprovalController {
  constructor(
    private readonly approvals: ApprovalService,
    private readonly worker: TemporalWorker,
  ) {}

  @Get('approvers')
  approvers(@Query('amount') amount?: string): string[] {
    return approvers(unwrap(parseInteger(amount, AMOUNT)));
  }

  @Get('worker')
  state(): { queue: string; state: string } {
    return { queue: TASK_QUEUE, state: this.worker.state };
  }

  @Post()
  start(@Body() invoice: Invoice): Promise<{ workflow: string }> {
    return this.approvals.start(invoice);
  }

  @Post(':number/decision')
  @HttpCode(204)
  decide(
    @Param('number') number: string,
    @Body() { approved }: { approved: boolean },
  ): Promise<void> {
    return this.approvals.decide(number, approved);
  }
}
