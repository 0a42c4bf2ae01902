import { Module } from '@nestjs/common';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { RulesController } from './rules.controller';
import { RulesService } from './rules.service';

@Module({
  imports: [InfrastructureModule.forRoot('rules-engine')],
  controllers: [RulesController],
  providers: [RulesService],
})
export class AppModule {}
