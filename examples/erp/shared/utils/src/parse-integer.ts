import { DomainError, type Result, err, ok } from '@erp/shared-kernel';

export interface Bounds {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/** Returns the integer in `text`, or `bounds.fallback` where there is no text. */
export function parseInteger(text: string | undefined, bounds: Bounds): Result<number> {
  if (text === undefined || text === '') {
    return ok(bounds.fallback);
  }
  const value = Number(text);
  if (!Number.isInteger(value) || value < bounds.min || value > bounds.max) {
    const range = `${bounds.min} to ${bounds.max}`;
    return err(
      new DomainError('integer.invalid', `expected an integer from ${range}, got "${text}"`),
    );
  }
  return ok(value);
}
