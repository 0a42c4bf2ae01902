import type { INestApplication } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { upstreams } from './upstreams';

/** Sends what comes to `/api/NAME/...` on to `/...` of that upstream. */
export function mountProxies(app: INestApplication): void {
  for (const { name, url } of upstreams(app.get(ConfigService))) {
    app.use(`/api/${name}`, createProxyMiddleware({ target: url, changeOrigin: true }));
  }
}
