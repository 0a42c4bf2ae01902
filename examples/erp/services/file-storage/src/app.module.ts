import { Module } from '@nestjs/common';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { StorageService } from './storage.service';
import { ThumbnailController } from './thumbnail.controller';

@Module({
  imports: [InfrastructureModule.forRoot('file-storage')],
  controllers: [ThumbnailController],
  providers: [StorageService],
})
export class AppModule {}
