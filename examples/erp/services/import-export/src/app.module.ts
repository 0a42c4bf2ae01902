import { Module } from '@nestjs/common';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { PriceListController } from './price-list.controller';

@Module({
  imports: [InfrastructureModule.forRoot('import-export')],
  controllers: [PriceListController],
})
export class AppModule {}
