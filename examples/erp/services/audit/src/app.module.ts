import { Module } from '@nestjs/common';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { DatabaseModule } from '@erp/transactions';
import { AuditConsumer } from './audit.consumer';
import { AuditController } from './audit.controller';
import { AuditService } from './audit.service';
import { AuditEntry } from './audit-entry.entity';

@Module({
  imports: [
    InfrastructureModule.forRoot('audit'),
    DatabaseModule.forRoot({ entities: [AuditEntry] }),
  ],
  controllers: [AuditConsumer, AuditController],
  providers: [AuditService],
})
export class AppModule {}
