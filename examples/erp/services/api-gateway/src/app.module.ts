import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { StatusController } from './status.controller';
import { StatusService } from './status.service';
import { upstreams } from './upstreams';

@Module({
  imports: [InfrastructureModule.forRoot('api-gateway')],
  controllers: [StatusController],
  providers: [
    {
      provide: StatusService,
      inject: [ConfigService],
      useFactory: (config: ConfigService) => new StatusService(upstreams(config)),
    },
  ],
})
export class AppModule implements NestModule {
  constructor(private readonly config: ConfigService) {}

  configure(consumer: MiddlewareConsumer): void {
    for (const { name, url } of upstreams(this.config)) {
      const proxy = createProxyMiddleware({
        target: url,
        changeOrigin: true,
        pathFilter: `/api/${name}`,
        pathRewrite: { [`^/api/${name}`]: '' },
      });
      consumer.apply(proxy).forRoutes('*path');
    }
  }
}
