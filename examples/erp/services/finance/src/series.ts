import { DomainError, type Result, err, ok } from '@erp/shared-kernel';

const [FEWEST, MOST] = [2, 120];

/** Returns the numbers of a list with commas: enough of them for a trend. */
export function series(text: string): Result<number[]> {
  const values = text.split(',').map(Number);
  return values.every(Number.isFinite) && values.length >= FEWEST && values.length <= MOST
    ? ok(values)
    : err(new DomainError('series.invalid', `a series has ${FEWEST} to ${MOST} numbers`));
}
