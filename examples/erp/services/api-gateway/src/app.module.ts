import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { graph } from './graph';
import { StatusController } from './status.controller';
import { StatusService } from './status.service';
import { upstreams } from './upstreams';

@Module({
  imports: [InfrastructureModule.forRoot('api-gateway'), graph()],
  controllers: [StatusController],
  providers: [
    {
      provide: StatusService,
      inject: [ConfigService],
      useFactory: (config: ConfigService) => new StatusService(upstreams(config)),
    },
  ],
})
export class AppModule {}
