import { healthSchema, parse } from '@erp/service-contracts';
import type { Upstream } from './upstreams';

export type Statuses = Record<string, 'up' | 'down'>;

const TIMEOUT_MS = 2000;

/** Asks every upstream whether it is ready and gathers the answers. */
export class StatusService {
  constructor(private readonly upstreams: readonly Upstream[]) {}

  async all(): Promise<Statuses> {
    const statuses = await Promise.all(
      this.upstreams.map(async ({ name, url }) => [name, await this.ask(url)] as const),
    );
    return Object.fromEntries(statuses);
  }

  private async ask(url: string): Promise<'up' | 'down'> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(new URL('/health/ready', url), { signal });
      const health = parse(healthSchema, await response.json());
      return health.ok ? health.value.status : 'down';
    } catch {
      return 'down';
    }
  }
}
