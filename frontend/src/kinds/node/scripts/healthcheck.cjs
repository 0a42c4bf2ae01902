// usage: node healthcheck.cjs PORT PATH...
// Healthy when the first PATH that the service knows answers below 400; a service that knows none of several
// is healthy when it answers at all. PORT 0 means the port that the container listens on.
'use strict';
const fs = require('node:fs');
const http = require('node:http');

const [portText, ...paths] = process.argv.slice(2);

function listeningPorts() {
  const ports = new Set();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let text = '';
    try {
      text = fs.readFileSync(table, 'utf8');
    } catch {
      continue; // no IPv6
    }
    for (const line of text.split('\n').slice(1)) {
      const [, local, , state] = line.trim().split(/\s+/);
      // 0A is LISTEN; 127.0.0.11 is Docker's own resolver.
      if (state === '0A' && !local.startsWith('0B00007F')) ports.add(parseInt(local.split(':').pop(), 16));
    }
  }
  return [...ports].sort((a, b) => a - b);
}

const status = (port, path) =>
  new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', () => resolve(0));
  });

async function healthy(port) {
  let answered = false;
  for (const path of paths) {
    const code = await status(port, path);
    if (code === 0) return false;
    answered = true;
    if (code !== 404 || paths.length === 1) return code < 400;
  }
  return answered;
}

(async () => {
  const port = Number(portText);
  for (const candidate of port ? [port] : listeningPorts()) {
    if (await healthy(candidate)) process.exit(0);
  }
  process.exit(1);
})();
