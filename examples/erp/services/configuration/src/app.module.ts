import { Module } from '@nestjs/common';
import { CacheModule } from '@erp/cache';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { DatabaseModule } from '@erp/transactions';
import { Setting } from './setting.entity';
import { SettingController } from './setting.controller';
import { SettingService } from './setting.service';

@Module({
  imports: [
    InfrastructureModule.forRoot('configuration'),
    DatabaseModule.forRoot({ entities: [Setting] }),
    CacheModule,
  ],
  controllers: [SettingController],
  providers: [SettingService],
})
export class AppModule {}
