import { randomBytes } from 'node:crypto';

/** Returns `secret`, or 256 random bits in hex, which live as long as the process. */
export function secretOrRandom(secret: string | undefined): string {
  return secret ? secret : randomBytes(32).toString('hex');
}
