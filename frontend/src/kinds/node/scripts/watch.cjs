// Runs a command, and ends it where it has said nothing for too long.
//
// usage: node watch.cjs SECONDS COMMAND...
// Exits as the command does, or with 124 where it was ended, as `timeout` of coreutils does. pnpm tells of all that it
// does; pnpm 9 and 10 wait without end for the rest of an archive whose sender has fallen silent, since their limit
// (`fetch-timeout`) is over once an answer has begun.
'use strict';
const { spawn } = require('node:child_process');
const { constants } = require('node:os');

const [seconds, program, ...words] = process.argv.slice(2);
// A group of its own, so that what it has started ends with it.
const child = spawn(program, words, { stdio: ['inherit', 'pipe', 'pipe'], detached: true });
let isEnded = false;
const end = () => {
  isEnded = true;
  console.error(
    `${program} has said nothing for ${seconds} seconds and is ended: a registry, or a proxy before it, may have stopped in the middle of an answer`,
  );
  // Without a number nothing has started.
  if (child.pid) process.kill(-child.pid, 'SIGKILL');
};
const timer = setTimeout(end, Number(seconds) * 1000);
for (const said of [child.stdout, child.stderr]) said.on('data', () => timer.refresh());
child.stdout.pipe(process.stdout);
child.stderr.pipe(process.stderr);
child.on('error', (error) => {
  clearTimeout(timer);
  console.error(`${program}: ${error.message}`);
  process.exitCode = 127;
});
// When its output is at an end, too, which what it left running may hold open: that is not waited for.
child.on('exit', (code, signal) => {
  clearTimeout(timer);
  process.exitCode = isEnded ? 124 : (code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
  setTimeout(() => process.exit(), 1000).unref();
});
