'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');
const { script, start, temporary } = require('./tree.cjs');

// Starts a service that answers each path with a status, 404 where it knows none; a function answers itself.
async function service(t, answers, host = '127.0.0.1') {
  const asked = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url);
    const answer = answers[request.url] ?? 404;
    if (typeof answer === 'function') answer(request, response);
    else response.writeHead(answer, { location: '/elsewhere' }).end('x'.repeat(100_000));
  });
  await new Promise((resolve, reject) => server.on('error', reject).listen(0, host, resolve));
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  return { port: server.address().port, asked };
}

// The exit code of a health check. (Not run to its end at once: the service is in this process.)
async function check(words, options) {
  const [code, signal] = await start([...(options?.node ?? []), script('healthcheck.cjs'), ...words.map(String)], options).ended;
  assert.equal(signal, null);
  return code;
}

for (const [status, code] of [[200, 0], [204, 0], [302, 0], [399, 0], [400, 1], [404, 1], [500, 1], [503, 1]]) {
  test(`the answer ${status} to the one path is ${code === 0 ? 'well' : 'ill'}`, async (t) => {
    const { port, asked } = await service(t, { '/health': status });
    assert.equal(await check([port, '/health']), code);
    assert.deepEqual(asked, ['/health']);
  });
}

test('the first path that the service knows decides', async (t) => {
  const well = await service(t, { '/healthz': 200, '/api/health': 500 });
  assert.equal(await check([well.port, '/health', '/healthz', '/api/health']), 0);
  assert.deepEqual(well.asked, ['/health', '/healthz']);
  const ill = await service(t, { '/health': 503, '/healthz': 200 });
  assert.equal(await check([ill.port, '/health', '/healthz']), 1);
  assert.deepEqual(ill.asked, ['/health']);
});

test('a service that knows none of several paths is well when it answers', async (t) => {
  const { port, asked } = await service(t, {});
  assert.equal(await check([port, '/health', '/healthz']), 0);
  assert.deepEqual(asked, ['/health', '/healthz']);
});

test('nothing that listens is ill', async (t) => {
  const { port } = await service(t, {});
  const free = await new Promise((resolve) => {
    const server = http.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
  assert.notEqual(free, port);
  assert.equal(await check([free, '/health', '/healthz']), 1);
});

test('a service that does not answer is not well, and ill when it hangs up', async (t) => {
  let hold;
  const held = new Promise((resolve) => (hold = (request) => resolve(request.socket)));
  const { port } = await service(t, { '/health': hold });
  const child = start([script('healthcheck.cjs'), String(port), '/health']);
  const socket = await held;
  assert.equal(child.exitCode, null);
  socket.destroy();
  assert.deepEqual(await child.ended, [1, null]);
});

// Node options that leave of the kernel's tables the ports of this test: the machine listens on others too.
// `change` is the body of a function of a table's name and one of its lines, none where the table is opened, for what
// a test cannot have for real.
function only(t, ports, change = 'return line') {
  const file = path.join(temporary(t), 'tables.cjs');
  const wanted = ports.map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  fs.writeFileSync(file, `
    const fs = require('node:fs');
    const real = fs.readFileSync;
    const change = (table, line) => { ${change} };
    fs.readFileSync = (name, ...more) => {
      if (!String(name).startsWith('/proc/net/')) return real(name, ...more);
      change(name);
      const [head, ...lines] = real(name, ...more).split('\\n');
      const own = lines.filter((line) => ${JSON.stringify(wanted)}.some((port) => (line.trim().split(/\\s+/)[1] ?? '').endsWith(port)));
      return [head, ...own.map((line) => change(name, line))].join('\\n');
    };`);
  return { node: ['--require', file] };
}

test('port 0 is the one that the container listens on', async (t) => {
  const { port } = await service(t, { '/health': 200 });
  assert.equal(await check([0, '/health'], only(t, [port])), 0);
  const ill = await service(t, { '/health': 500 });
  assert.equal(await check([0, '/health'], only(t, [ill.port])), 1);
  assert.equal(await check([0, '/health'], only(t, [])), 1);
});

test('of several ports one that is well is enough', async (t) => {
  const [a, b] = [await service(t, { '/health': 500 }), await service(t, { '/health': 500 })].sort((a, b) => a.port - b.port);
  const well = await service(t, { '/health': 200 });
  assert.equal(await check([0, '/health'], only(t, [a.port, b.port, well.port])), 0);
  assert.equal(await check([0, '/health'], only(t, [a.port, b.port])), 1);
});

test("neither Docker's own resolver nor a connection is the service", async (t) => {
  const { port } = await service(t, { '/health': 200 });
  assert.equal(await check([0, '/health'], only(t, [port], "return line?.replace('0100007F', '0B00007F')")), 1);
  assert.equal(await check([0, '/health'], only(t, [port], "return line?.replace(' 0A ', ' 01 ')")), 1);
});

test('a service on IPv6 is found, and a kernel without it is no error', async (t) => {
  const { port } = await service(t, { '/health': 200 });
  const missing = "if (table.endsWith('6')) throw new Error('ENOENT'); return line";
  assert.equal(await check([0, '/health'], only(t, [port], missing)), 0);
  if (!fs.existsSync('/proc/net/tcp6')) return t.skip('this machine has no IPv6');
  const both = await service(t, { '/health': 200 }, '::');
  assert.equal(await check([0, '/health'], only(t, [both.port])), 0);
});
