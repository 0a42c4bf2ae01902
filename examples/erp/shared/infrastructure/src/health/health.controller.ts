import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { SERVICE_NAME } from '../service-name';
import { HealthRegistry, type HealthStatus } from './health.registry';

interface Health {
  service: string;
  status: HealthStatus;
  checks: Record<string, HealthStatus>;
}

@Controller()
export class HealthController {
  constructor(
    @Inject(SERVICE_NAME) private readonly service: string,
    private readonly config: ConfigService,
    private readonly registry: HealthRegistry,
  ) {}

  @Get()
  about(): { service: string; environment: string } {
    return {
      service: this.service,
      environment: this.config.get<string>('NODE_ENV', 'development'),
    };
  }

  @Get('health/live')
  live(): Health {
    return { service: this.service, status: 'up', checks: {} };
  }

  @Get('health/ready')
  async ready(): Promise<Health> {
    const checks = await this.registry.run();
    if (Object.values(checks).includes('down')) {
      throw new ServiceUnavailableException({ service: this.service, status: 'down', checks });
    }
    return { service: this.service, status: 'up', checks };
  }
}
