import type { ConfigService } from '@nestjs/config';

export const TASK_QUEUE = 'erp-approvals';

/** Where Temporal is: `TEMPORAL_ADDRESS`, `HOST:PORT`. */
export function temporalAddress(config: ConfigService): string {
  return config.get<string>('TEMPORAL_ADDRESS', 'localhost:7233');
}
