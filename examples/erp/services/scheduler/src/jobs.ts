import type { ConfigService } from '@nestjs/config';

/** The name of the queue. */
export const JOBS = 'jobs';

/** Where the queue is: `REDIS_URL`. */
export function redisUrl(config: ConfigService): string {
  return config.get<string>('REDIS_URL', 'redis://localhost:6379');
}

export interface Job {
  readonly name: string;
  /** When it runs, in UTC. */
  readonly cron: string;
  readonly description: string;
}

export const TIMETABLE: readonly Job[] = [
  { name: 'exchange-rates', cron: '0 5 * * 1-5', description: 'fetch the rates of the day' },
  { name: 'retention-release', cron: '0 3 * * *', description: 'release retentions that are due' },
  { name: 'month-end', cron: '30 1 1 * *', description: 'close the books of the month' },
];
