import { Module } from '@nestjs/common';
import { EventsModule } from '@erp/events';
import { SubgraphModule } from '@erp/graphql-schema';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { DatabaseModule } from '@erp/transactions';
import { CashFlowController } from './cash-flow.controller';
import { Forecaster } from './forecaster';
import { Invoice } from './invoice.entity';
import { InvoiceController } from './invoice.controller';
import { CompanyResolver, InvoiceResolver } from './invoice.resolver';
import { InvoiceService } from './invoice.service';

@Module({
  imports: [
    InfrastructureModule.forRoot('finance'),
    DatabaseModule.forRoot({ entities: [Invoice] }),
    EventsModule.forRoot('finance'),
    SubgraphModule.forRoot('finance'),
  ],
  controllers: [CashFlowController, InvoiceController],
  providers: [CompanyResolver, Forecaster, InvoiceResolver, InvoiceService],
})
export class AppModule {}
