import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { StatusService } from '../src/status.service';

test('an upstream is up only where it answers by the contract', async (context) => {
  const server = createServer((request, response) => {
    const health = { service: 'auth', status: 'up', checks: {} };
    response.end(JSON.stringify(request.headers.host?.startsWith('localhost') ? {} : health));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;

  const status = new StatusService([
    { name: 'auth', url: `http://127.0.0.1:${port}` },
    { name: 'files', url: `http://localhost:${port}` },
    { name: 'notifications', url: 'http://127.0.0.1:1' },
  ]);

  assert.deepEqual(await status.all(), { auth: 'up', files: 'down', notifications: 'down' });
});
