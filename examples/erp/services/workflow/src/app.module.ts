import { Module } from '@nestjs/common';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { ApprovalController } from './approval.controller';
import { ApprovalService } from './approval.service';
import { TemporalWorker } from './temporal.worker';

@Module({
  imports: [InfrastructureModule.forRoot('workflow')],
  controllers: [ApprovalController],
  providers: [ApprovalService, TemporalWorker],
})
export class AppModule {}
