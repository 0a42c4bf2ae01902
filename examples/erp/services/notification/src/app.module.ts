import { Module } from '@nestjs/common';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { MessageController } from './message.controller';
import { TemplateService } from './template.service';

@Module({
  imports: [InfrastructureModule.forRoot('notification')],
  controllers: [MessageController],
  providers: [TemplateService],
})
export class AppModule {}
