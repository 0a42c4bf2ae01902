import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HealthRegistry } from '@erp/shared-infrastructure';
import { DataSource } from 'typeorm';

/** Injection token: whether readiness asks for the database. */
export const READINESS = Symbol('READINESS');

const RETRY_MS = 5000;

/** Connects when the service starts, and again and again until the database is there. */
@Injectable()
export class DatabaseConnection implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseConnection.name);
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: DataSource,
    @Inject(READINESS) required: boolean,
    health: HealthRegistry,
  ) {
    if (required) {
      health.register('database', async () => {
        await source.query('SELECT 1');
      });
    }
  }

  onApplicationBootstrap(): void {
    void this.connect();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.retry);
  }

  private async connect(): Promise<void> {
    try {
      await this.source.initialize();
      this.logger.log('the database is connected');
    } catch (error) {
      this.logger.warn(`no database yet: ${String(error)}`);
      this.retry = setTimeout(() => void this.connect(), RETRY_MS).unref();
    }
  }
}
