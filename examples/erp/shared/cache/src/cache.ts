import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HealthRegistry } from '@erp/shared-infrastructure';
import { Redis } from 'ioredis';

/**
 * Values that are cheaper to keep in Redis (`REDIS_URL`) than to compute again.
 *
 * A cache that cannot be reached is no error of the caller's: the value is computed, and readiness tells.
 */
@Injectable()
export class Cache implements OnApplicationShutdown {
  private readonly redis: Redis;

  constructor(config: ConfigService, health: HealthRegistry) {
    this.redis = new Redis(config.get<string>('REDIS_URL', 'redis://localhost:6379'), {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(attempt * 500, 10_000),
    });
    // Without a listener a lost connection would end the process; readiness says it already.
    this.redis.on('error', () => undefined);
    void this.redis.connect().catch(() => undefined);
    health.register('cache', async () => {
      await this.redis.ping();
    });
  }

  /** Returns the value kept under `key`, else what `compute` gives, which is then kept for `seconds`. */
  async remember<T>(key: string, seconds: number, compute: () => Promise<T>): Promise<T> {
    const kept = await this.redis.get(key).catch(() => null);
    if (kept !== null) {
      return JSON.parse(kept) as T;
    }
    const value = await compute();
    await this.redis.set(key, JSON.stringify(value), 'EX', seconds).catch(() => undefined);
    return value;
  }

  async forget(key: string): Promise<void> {
    await this.redis.del(key).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
