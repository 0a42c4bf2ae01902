import { join } from 'node:path';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HealthRegistry, reachable } from '@erp/shared-infrastructure';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import * as activities from './activities';
import { TASK_QUEUE, temporalAddress } from './temporal';

const RETRY_MS = 5000;

/** Runs workflows and activities; it goes on looking for Temporal until there is one. */
@Injectable()
export class TemporalWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(TemporalWorker.name);
  private readonly address: string;
  private worker: Worker | undefined;
  private retry: NodeJS.Timeout | undefined;

  constructor(config: ConfigService, health: HealthRegistry) {
    this.address = temporalAddress(config);
    health.register('temporal', () => reachable(this.address));
  }

  onApplicationBootstrap(): void {
    // Signals are Nest's to handle.
    Runtime.install({ shutdownSignals: [] });
    void this.work();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.retry);
    this.worker?.shutdown();
  }

  /** What the worker does just now. */
  get state(): string {
    return this.worker?.getState() ?? 'CONNECTING';
  }

  private async work(): Promise<void> {
    try {
      // Asking first spares the log what the bridge says of every attempt.
      await reachable(this.address);
      this.worker = await Worker.create({
        connection: await NativeConnection.connect({ address: this.address }),
        taskQueue: TASK_QUEUE,
        workflowBundle: { codePath: join(__dirname, 'workflows.bundle.js') },
        activities,
      });
      await this.worker.run();
    } catch (error) {
      this.logger.warn(`no Temporal yet: ${String(error)}`);
      this.worker = undefined;
      this.retry = setTimeout(() => void this.work(), RETRY_MS).unref();
    }
  }
}
