import { setInterval } from 'node:timers';
import { total } from '@shop/pricing';
import { pino } from 'pino';

const log = pino({ name: 'worker' });
const baskets = [{ items: [{ cents: 1250, count: 2 }] }, { items: [{ cents: 99, count: 10 }] }];

/** Logs what the open baskets come to. */
function report(): void {
  log.info({ cents: baskets.map(total).reduce((sum, cents) => sum + cents, 0) }, 'open baskets');
}

report();
const timer = setInterval(report, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => clearInterval(timer));
