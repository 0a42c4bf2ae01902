import { Module } from '@nestjs/common';
import { CacheModule } from '@erp/cache';
import { SubgraphModule } from '@erp/graphql-schema';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { DatabaseModule } from '@erp/transactions';
import { Material } from './material.entity';
import { MaterialResolver } from './material.resolver';
import { MaterialService } from './material.service';
import { UnitResolver } from './unit.resolver';

@Module({
  imports: [
    InfrastructureModule.forRoot('master-data'),
    DatabaseModule.forRoot({ entities: [Material] }),
    SubgraphModule.forRoot('master-data'),
    CacheModule,
  ],
  providers: [MaterialResolver, MaterialService, UnitResolver],
})
export class AppModule {}
