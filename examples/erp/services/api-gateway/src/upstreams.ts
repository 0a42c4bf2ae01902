import type { ConfigService } from '@nestjs/config';

export interface Upstream {
  readonly name: string;
  readonly url: string;
}

/** The services behind the gateway; `AUTH_URL` and its like say where each one is. */
export function upstreams(config: ConfigService): Upstream[] {
  return [
    { name: 'auth', url: config.get<string>('AUTH_URL', 'http://localhost:3002') },
    { name: 'files', url: config.get<string>('FILE_STORAGE_URL', 'http://localhost:3003') },
    { name: 'notifications', url: config.get<string>('NOTIFICATION_URL', 'http://localhost:3004') },
  ];
}
