import { Module } from '@nestjs/common';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { MessageConsumer } from './message.consumer';
import { MessageController } from './message.controller';
import { TemplateService } from './template.service';

@Module({
  imports: [InfrastructureModule.forRoot('notification')],
  controllers: [MessageConsumer, MessageController],
  providers: [TemplateService],
})
export class AppModule {}
