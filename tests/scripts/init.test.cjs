'use strict';
const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { script, start, temporary } = require('./tree.cjs');

const READY = "process.stdout.write('ready\\n'); setInterval(() => {}, 1000);";
const ready = (child) => new Promise((resolve) => child.stdout.once('data', resolve));

// Starts a service with the script loaded before it, as the process that it takes itself for.
async function service(t, pid, code) {
  const file = path.join(temporary(t), 'pid.cjs');
  fs.writeFileSync(file, `Object.defineProperty(process, 'pid', { value: ${pid} });`);
  const child = start(['--require', file, '--require', script('init.cjs'), '--eval', code]);
  await ready(child);
  return child;
}

for (const [signal, code] of [['SIGTERM', 143], ['SIGINT', 130]]) {
  test(`process 1 that does not listen ends at ${signal}`, async (t) => {
    const child = await service(t, 1, READY);
    child.kill(signal);
    assert.deepEqual(await child.ended, [code, null]);
  });

  test(`process 1 that listens for ${signal} ends in its own time`, async (t) => {
    const child = await service(t, 1, `process.on('${signal}', () => setImmediate(() => setImmediate(() => process.exit(7)))); ${READY}`);
    child.kill(signal);
    assert.deepEqual(await child.ended, [7, null]);
  });
}

test('another process is left to the kernel', async (t) => {
  const listeners = "['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal))";
  const child = await service(t, 2, `if (${listeners}.some(Boolean)) process.exit(9); ${READY}`);
  child.kill('SIGTERM');
  assert.deepEqual(await child.ended, [null, 'SIGTERM']);
});

test('the service ends by itself when nothing keeps it', (t) => {
  const file = path.join(temporary(t), 'pid.cjs');
  fs.writeFileSync(file, "Object.defineProperty(process, 'pid', { value: 1 });");
  const { status } = spawnSync(process.execPath, ['--require', file, '--require', script('init.cjs'), '--eval', ''], { timeout: 60_000 });
  assert.equal(status, 0);
});

test('files of variables are read before the service, the first one first, and what is set stays', (t) => {
  const directory = temporary(t);
  const write = (name, text) => {
    fs.writeFileSync(path.join(directory, name), text);
    return path.join(directory, name);
  };
  const first = write('first.env', 'A=first\nB=first\n');
  const second = write('second.env', 'B=second\nC="of the second"\nD=second\n');
  const files = [first, path.join(directory, 'absent.env'), second].join(':');
  const code = 'console.log(JSON.stringify([process.env.A, process.env.B, process.env.C, process.env.D]))';
  const env = { ...process.env, VEXTRUS_ENV_FILES: files, D: 'container' };
  const { stdout } = spawnSync(process.execPath, ['--require', script('init.cjs'), '--eval', code], { env, timeout: 60_000 });
  assert.deepEqual(JSON.parse(stdout), ['first', 'first', 'of the second', 'container']);
});

test('the real process 1 of a namespace ends at SIGTERM', async (t) => {
  const namespace = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'];
  if (spawnSync('unshare', [...namespace, 'true']).status !== 0) return t.skip('namespaces are not permitted here');
  const child = spawn('unshare', [...namespace, process.execPath, '--require', script('init.cjs'), '--eval', READY], { timeout: 60_000 });
  const ended = new Promise((resolve) => child.on('exit', (...how) => resolve(how)));
  await ready(child);
  const inside = fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  process.kill(Number(inside), 'SIGTERM');
  assert.deepEqual(await ended, [143, null]);
});
