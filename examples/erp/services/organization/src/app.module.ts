import { Module } from '@nestjs/common';
import { CacheModule } from '@erp/cache';
import { SubgraphModule } from '@erp/graphql-schema';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { DatabaseModule } from '@erp/transactions';
import { BankController } from './bank.controller';
import { Company } from './company.entity';
import { CompanyResolver } from './company.resolver';
import { CompanyService } from './company.service';
import { Site } from './site.entity';

@Module({
  imports: [
    InfrastructureModule.forRoot('organization'),
    DatabaseModule.forRoot({ entities: [Company, Site] }),
    SubgraphModule.forRoot('organization'),
    CacheModule,
  ],
  controllers: [BankController],
  providers: [CompanyResolver, CompanyService],
})
export class AppModule {}
