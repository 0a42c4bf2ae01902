'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
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

// Node options with which the check remembers what it knows in a file of the test's own, as it does in a container's.
// `age` is the container's, in seconds.
function container(t, age = 60) {
  const directory = temporary(t);
  const file = path.join(directory, 'container.cjs');
  fs.writeFileSync(file, `
    const fs = require('node:fs');
    const memory = (name) => (name === '/dev/shm/vextrus-healthcheck.json' ? ${JSON.stringify(path.join(directory, 'memory.json'))} : name);
    const { readFileSync, writeFileSync } = fs;
    fs.readFileSync = (name, ...more) => {
      if (name === '/proc/1/stat') return '1 (a (b) c) ' + 'S 0 '.repeat(9) + 'x ' + 5_000 + ' 0';
      if (name === '/proc/uptime') return (50 + ${age}) + ' 1';
      return readFileSync(memory(name), ...more);
    };
    fs.writeFileSync = (name, ...more) => writeFileSync(memory(name), ...more);`);
  return ['--require', file];
}

// The exit code of a health check, and what it said. (Not run to its end at once: the service is in this process.)
async function ask(words, options) {
  const child = start([...(options?.node ?? []), script('healthcheck.cjs'), ...words.map(String)], options);
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  const [code, signal] = await child.ended;
  assert.equal(signal, null);
  return { code, said };
}
const check = async (words, options) => (await ask(words, options)).code;

for (const [status, code] of [[200, 0], [204, 0], [302, 0], [399, 0], [400, 1], [401, 1], [404, 1], [500, 1], [503, 1]]) {
  test(`the answer ${status} to the manifest's path is ${code === 0 ? 'well' : 'ill'}`, async (t) => {
    const { port, asked } = await service(t, { '/health': status });
    const { code: found, said } = await ask([port, 'http', '/health']);
    assert.equal(found, code);
    assert.deepEqual(asked, ['/health']);
    if (code !== 0) assert.match(said, new RegExp(`^GET /health on 127.0.0.1:${port}: ${status}\\nlistening: `));
  });
}

for (const [status, code] of [[200, 0], [302, 0], [400, 0], [401, 0], [403, 0], [405, 0], [429, 0], [500, 1], [503, 1]]) {
  test(`the answer ${status} to a path that is guessed is ${code === 0 ? 'well' : 'ill'}`, async (t) => {
    const { port, asked } = await service(t, { '/healthz': status });
    assert.equal(await check([port, 'http', '/health', '/healthz', '/x'], { node: container(t) }), code);
    assert.deepEqual(asked, ['/health', '/healthz']);
  });
}

test('the first path that the service knows decides', async (t) => {
  const ill = await service(t, { '/health': 503, '/healthz': 200 });
  assert.equal(await check([ill.port, 'http', '/health', '/healthz'], { node: container(t) }), 1);
  assert.deepEqual(ill.asked, ['/health']);
});

test('a service that knows none of several paths is well when it answers', async (t) => {
  const { port, asked } = await service(t, {});
  assert.equal(await check([port, 'http', '/health', '/healthz'], { node: container(t) }), 0);
  assert.deepEqual(asked, ['/health', '/healthz']);
});

test('what a service does not know it is not asked again', async (t) => {
  const answers = { '/healthz': 200 };
  const { port, asked } = await service(t, answers);
  const node = container(t);
  const look = () => check([port, 'http', '/health', '/healthz', '/x'], { node });
  assert.deepEqual([await look(), await look(), await look()], [0, 0, 0]);
  assert.deepEqual(asked.splice(0), ['/health', '/healthz', '/healthz', '/healthz']);
  answers['/healthz'] = 503;
  assert.equal(await look(), 1);
  assert.deepEqual(asked, ['/healthz']);
  const none = await service(t, {});
  const words = [none.port, 'http', '/health', '/healthz'];
  assert.deepEqual([await check(words, { node }), await check(words, { node })], [0, 0]);
  assert.deepEqual(none.asked, ['/health', '/healthz', '/health']);
  // One that has just begun may come to know more.
  const young = await service(t, {});
  const begun = { node: container(t, 3) };
  await check([young.port, 'http', '/health', '/healthz'], begun);
  await check([young.port, 'http', '/health', '/healthz'], begun);
  assert.deepEqual(young.asked, ['/health', '/healthz', '/health', '/healthz']);
});

// A port on which nothing listens.
async function free() {
  return new Promise((resolve) => {
    const server = http.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

test('a port of the manifest on which nothing listens is ill', async (t) => {
  const port = await free();
  for (const protocol of ['http', 'any']) {
    const { code, said } = await ask([port, protocol, '/health', '/healthz'], { node: container(t) });
    assert.equal(code, 1);
    assert.match(said, /ECONNREFUSED/);
  }
});

// A server that speaks no HTTP.
async function other(t, speak) {
  const server = net.createServer(speak);
  server.on('connection', (socket) => socket.on('error', () => {}));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return server.address().port;
}
const greets = (socket) => socket.write(Buffer.from([0, 0, 0x12, 4, 0, 0, 0, 0, 0]));
const hangsUp = (socket) => socket.once('data', () => socket.destroy());
const silent = () => {};

test('what speaks no HTTP is well when it takes a connection', async (t) => {
  for (const speak of [greets, hangsUp]) {
    const port = await other(t, speak);
    for (const protocol of ['http', 'any']) assert.equal(await check([port, protocol, '/a', '/b'], { node: container(t) }), 0);
    assert.equal(await check([port, 'http', '/a'], { node: container(t) }), 1, 'the manifest names a path');
  }
  const port = await other(t, silent);
  assert.equal(await check([port, 'any', '/a', '/b'], { node: container(t) }), 0);
});

test('a server over TLS is well when it takes a connection', async (t) => {
  const server = https.createServer({}, () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  assert.equal(await check([server.address().port, 'http', '/a', '/b'], { node: container(t) }), 0);
});

test('a service of HTTP that does not answer is not well', async (t) => {
  let hold;
  const held = new Promise((resolve) => (hold = (request) => resolve(request.socket)));
  const { port } = await service(t, { '/health': hold });
  const child = start([...container(t), script('healthcheck.cjs'), String(port), 'http', '/health', '/healthz']);
  await held;
  assert.equal(child.exitCode, null);
  child.kill();
  await child.ended;
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

const on = (t, ports, change, age) => ({ node: [...container(t, age), ...only(t, ports, change).node] });

test('port 0 is the one that the container listens on', async (t) => {
  const { port } = await service(t, { '/health': 200 });
  assert.equal(await check([0, 'http', '/health'], on(t, [port])), 0);
  const ill = await service(t, { '/health': 500 });
  assert.equal(await check([0, 'http', '/health'], on(t, [ill.port])), 1);
  assert.equal(await check([0, 'http', '/health'], on(t, [])), 1);
});

test('a worker, which listens on nothing, is well once it has had time to', async (t) => {
  assert.equal(await check([0, 'http', '/health', '/healthz'], on(t, [], undefined, 60)), 0);
  const young = await ask([0, 'http', '/health', '/healthz'], on(t, [], undefined, 3));
  assert.deepEqual(young, { code: 1, said: 'listening: nothing\n' });
});

test('of several ports one that is well is enough, whatever the others do', async (t) => {
  const [a, b] = [await service(t, { '/health': 500 }), await service(t, { '/health': 500 })];
  const well = await service(t, { '/health': 200 });
  const waits = await other(t, silent);
  assert.equal(await check([0, 'http', '/health'], on(t, [a.port, b.port, well.port, waits])), 0);
  const { code, said } = await ask([0, 'http', '/health'], on(t, [a.port, b.port]));
  assert.equal(code, 1);
  assert.match(said, new RegExp(`127.0.0.1:${Math.min(a.port, b.port)}`));
});

test("neither Docker's own resolver nor a connection is the service", async (t) => {
  const { port } = await service(t, { '/health': 200 });
  assert.equal(await check([0, 'http', '/health'], on(t, [port], "return line?.replace('0100007F', '0B00007F')")), 1);
  assert.equal(await check([0, 'http', '/health'], on(t, [port], "return line?.replace(' 0A ', ' 01 ')")), 1);
});

test('a service is asked on the address that it listens on', async (t) => {
  const { port } = await service(t, { '/health': 200 }, '127.0.0.2');
  for (const words of [[0, 'http', '/health'], [port, 'http', '/health']]) assert.equal(await check(words, on(t, [port])), 0);
});

test('a service on IPv6 is found, and a kernel without it is no error', async (t) => {
  const { port } = await service(t, { '/health': 200 });
  const missing = "if (table.endsWith('6')) throw new Error('ENOENT'); return line";
  assert.equal(await check([0, 'http', '/health'], on(t, [port], missing)), 0);
  if (!fs.existsSync('/proc/net/tcp6')) return t.skip('this machine has no IPv6');
  for (const host of ['::', '::1', '::ffff:127.0.0.1']) {
    const six = await service(t, { '/health': 200 }, host);
    assert.equal(await check([0, 'http', '/health'], on(t, [six.port])), 0, host);
  }
});
