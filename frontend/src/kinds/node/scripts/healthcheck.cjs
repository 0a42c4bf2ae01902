// usage: node healthcheck.cjs PORT PROTOCOL PATH...
// Ends with 0 where the service is well, and says why where it is ill. PORT 0 means those that the container listens on,
// of which one that is well is enough.
//
// One PATH is the manifest's: well is an answer from 200 to 399.
// Several are guesses. The first that the service knows decides, and any answer below 500 is one of a service that works:
// 401 of one that asks for a login, 405 of one that is asked otherwise. Where it knows none, it has answered. What speaks
// no HTTP is well when it takes a connection; with PROTOCOL `http` it has to answer, with `any` it may be silent.
// Where nothing listens and no PORT is known the service is a worker, and well as long as it lives: told once it has had
// time to begin to listen.
'use strict';
const fs = require('node:fs');
const http = require('node:http');

const [portText, protocol, ...paths] = process.argv.slice(2);
const isGuess = paths.length > 1;
// Services listen some seconds after their start; a worker never does.
const START = 20;
// So long a port of `any` protocol may be silent.
const SILENCE = 2_000;
// Which of the guesses a port knows: the others are not asked again, since services log what they do not know.
const MEMORY = '/dev/shm/vextrus-healthcheck.json';

// The address of a kernel's table: each word of it is in the order of the processor.
function address(hex) {
  const words = hex.match(/.{8}/g).map((word) => word.match(/../g).reverse().join(''));
  if (words.length === 1) return words[0].match(/../g).map((byte) => parseInt(byte, 16)).join('.');
  if (/^0{20}ffff/i.test(words.join(''))) return words[3].match(/../g).map((byte) => parseInt(byte, 16)).join('.');
  return words.join('').match(/.{4}/g).join(':');
}

// What listens: ports with their addresses.
function listening() {
  const ports = new Map();
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
      if (state !== '0A' || local.startsWith('0B00007F')) continue;
      const [host, port] = local.split(':');
      const any = /^0+$/.test(host);
      const hosts = any ? (host.length > 8 ? ['127.0.0.1', '::1'] : ['127.0.0.1']) : [address(host)];
      const known = ports.get(parseInt(port, 16)) ?? [];
      ports.set(parseInt(port, 16), [...new Set([...known, ...hosts])]);
    }
  }
  return ports;
}

// Asks a path: the status, or why there is none.
const ask = (host, port, path) =>
  new Promise((resolve) => {
    const request = http.get({ host, port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code ?? error.message));
    if (isGuess && protocol === 'any') request.setTimeout(SILENCE, () => resolve('silence'));
  });

function remembered() {
  try {
    return JSON.parse(fs.readFileSync(MEMORY, 'utf8'));
  } catch {
    return {};
  }
}

function remember(port, path) {
  const known = remembered();
  if (known[port] === path) return;
  try {
    fs.writeFileSync(MEMORY, JSON.stringify({ ...known, [port]: path }));
  } catch {
    // Nothing can be written here; all are asked again.
  }
}

// Seconds since the container's first program began.
function age() {
  const stat = fs.readFileSync('/proc/1/stat', 'utf8');
  const began = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return Number(fs.readFileSync('/proc/uptime', 'utf8').split(' ')[0]) - began / 100;
}

// Asks a port on one of its addresses: whether it is well, and what it said.
async function look(host, port) {
  const known = isGuess ? remembered()[port] : undefined;
  const order = paths.includes(known) ? [known, ...paths.filter((path) => path !== known)] : paths;
  const said = [];
  for (const path of order) {
    const answer = await ask(host, port, path);
    said.push(`GET ${path} on ${host}:${port}: ${answer}`);
    if (typeof answer !== 'number') {
      const isThere = !/^(ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)$/.test(answer);
      return { isThere, isWell: isGuess && isThere, said };
    }
    if (!isGuess) return { isThere: true, isWell: answer >= 200 && answer < 400, said };
    // A path that was known once, and one after which all others would be asked in vain.
    if (answer !== 404 || path === known) {
      if (answer !== 404) remember(port, path);
      return { isThere: true, isWell: answer < 500, said };
    }
  }
  // One that has just begun may not know them all yet.
  if (age() > START) remember(port, order[0]);
  return { isThere: true, isWell: true, said };
}

async function port(number, hosts) {
  let last = { isWell: false, said: [] };
  for (const host of hosts) {
    last = await look(host, number);
    if (last.isThere) break;
  }
  return last;
}

(async () => {
  const wanted = Number(portText);
  const there = listening();
  const asked = wanted ? [[wanted, there.get(wanted) ?? ['127.0.0.1']]] : [...there].sort(([a], [b]) => a - b);
  if (asked.length === 0 && isGuess && age() > START) process.exit(0);
  const looks = asked.map(async ([number, hosts]) => {
    const found = await port(number, hosts);
    if (found.isWell) process.exit(0);
    return found.said;
  });
  const said = (await Promise.all(looks)).flat();
  const ports = [...there].map(([number, hosts]) => `${hosts[0]}:${number}`).join(', ') || 'nothing';
  console.log([...said, `listening: ${ports}`].join('\n'));
  process.exit(1);
})();
