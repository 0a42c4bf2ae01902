import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

/** Nest's log as one JSON object a line on standard output; `LOG_LEVEL` sets its level. */
export class ServiceLogger implements LoggerService {
  private readonly logger: Logger;

  constructor(service: string) {
    this.logger = pino({ name: service, level: process.env.LOG_LEVEL ?? 'info' });
  }

  log(message: unknown, ...details: unknown[]): void {
    this.logger.info({ details }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.logger.error({ details }, String(message));
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.logger.warn({ details }, String(message));
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.logger.debug({ details }, String(message));
  }
}
