import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HealthRegistry, reachable } from '@erp/shared-infrastructure';
import type { Queue } from 'bullmq';
import { JOBS, redisUrl } from './jobs';

const REDIS_PORT = '6379';

/** The queue in Redis; any replica may take what another one has put into it. */
@Injectable()
export class JobQueue {
  private readonly address: string;

  constructor(
    @InjectQueue(JOBS) private readonly queue: Queue,
    config: ConfigService,
    health: HealthRegistry,
  ) {
    const { hostname, port } = new URL(redisUrl(config));
    this.address = `${hostname}:${port || REDIS_PORT}`;
    // Without a listener a lost connection would end the process; readiness says it already.
    queue.on('error', () => undefined);
    health.register('queue', () => reachable(this.address));
  }

  /** Puts a job into the queue; one with the same `id` is there once, whichever replica asks. */
  async put(name: string, id: string): Promise<void> {
    // The queue itself would wait for Redis, and the caller with it.
    await reachable(this.address).catch(() => {
      throw new ServiceUnavailableException('the queue is not connected');
    });
    await this.queue.add(name, {}, { jobId: id, attempts: 3, removeOnComplete: 100 });
  }
}
