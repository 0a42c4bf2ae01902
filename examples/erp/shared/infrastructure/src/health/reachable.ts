import { connect } from 'node:net';

const TIMEOUT_MS = 1000;

/** Resolves when something accepts TCP connections at `HOST:PORT`, and rejects when nothing does. */
export function reachable(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: TIMEOUT_MS });
    const end = (error?: Error): void => {
      socket.destroy();
      if (error) {
        reject(error);
      } else {
        resolve();
      }
    };
    socket.once('connect', () => end());
    socket.once('error', end);
    socket.once('timeout', () => end(new Error(`${address} does not answer`)));
  });
}
