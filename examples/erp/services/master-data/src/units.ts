import { DomainError, type Result, err, ok } from '@erp/shared-kernel';

export interface Unit {
  readonly code: string;
  readonly dimension: 'area' | 'count' | 'length' | 'mass' | 'volume';
  /** How many of the dimension's base unit one of it is. */
  readonly factor: number;
}

/** The units that materials are sold by. */
export const UNITS: readonly Unit[] = [
  { code: 'm2', dimension: 'area', factor: 1 },
  { code: 'ft2', dimension: 'area', factor: 0.09290304 },
  { code: 'piece', dimension: 'count', factor: 1 },
  { code: 'dozen', dimension: 'count', factor: 12 },
  { code: 'm', dimension: 'length', factor: 1 },
  { code: 'ft', dimension: 'length', factor: 0.3048 },
  { code: 'kg', dimension: 'mass', factor: 1 },
  { code: 't', dimension: 'mass', factor: 1000 },
  { code: 'm3', dimension: 'volume', factor: 1 },
  { code: 'l', dimension: 'volume', factor: 0.001 },
];

export function unit(code: string): Result<Unit> {
  const found = UNITS.find((known) => known.code === code);
  return found ? ok(found) : err(new DomainError('unit.unknown', `there is no unit "${code}"`));
}

/** Returns a quantity in another unit of the same dimension. */
export function convert(quantity: number, from: string, to: string): Result<number> {
  const [source, target] = [unit(from), unit(to)];
  if (!source.ok) {
    return source;
  }
  if (!target.ok) {
    return target;
  }
  if (source.value.dimension !== target.value.dimension) {
    const message = `${from} is a unit of ${source.value.dimension}, ${to} of ${target.value.dimension}`;
    return err(new DomainError('unit.dimension', message));
  }
  return ok((quantity * source.value.factor) / target.value.factor);
}
