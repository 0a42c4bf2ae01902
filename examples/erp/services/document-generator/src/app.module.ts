import { Module } from '@nestjs/common';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { Browser } from './browser';
import { DocumentController } from './document.controller';
import { InvoicePage } from './invoice.page';

@Module({
  imports: [InfrastructureModule.forRoot('document-generator')],
  controllers: [DocumentController],
  providers: [Browser, InvoicePage],
})
export class AppModule {}
