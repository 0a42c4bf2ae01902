import { Injectable } from '@nestjs/common';

/** Resolves when the thing checked is usable, rejects when it is not. */
export type HealthCheck = () => Promise<void>;

export type HealthStatus = 'up' | 'down';

/** Collects what a service depends on, so that readiness can ask each. */
@Injectable()
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();

  register(name: string, check: HealthCheck): void {
    this.checks.set(name, check);
  }

  async run(): Promise<Record<string, HealthStatus>> {
    const statuses: Record<string, HealthStatus> = {};
    for (const [name, check] of this.checks) {
      statuses[name] = await check().then(
        () => 'up' as const,
        () => 'down' as const,
      );
    }
    return statuses;
  }
}
