import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { HealthController } from './health/health.controller';
import { HealthRegistry } from './health/health.registry';
import { DomainErrorFilter } from './http/domain-error.filter';
import { SERVICE_NAME } from './service-name';

/** What every service needs: configuration, health routes and domain errors as HTTP answers. */
@Global()
@Module({})
export class InfrastructureModule {
  static forRoot(service: string): DynamicModule {
    return {
      module: InfrastructureModule,
      imports: [ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true })],
      controllers: [HealthController],
      providers: [
        { provide: SERVICE_NAME, useValue: service },
        { provide: APP_FILTER, useClass: DomainErrorFilter },
        HealthRegistry,
      ],
      exports: [HealthRegistry],
    };
  }
}
