import { DomainError, type Result, err, ok } from '@erp/shared-kernel';

/** Every setting there is, with its default, which also says its type. */
export const DEFAULTS = {
  'invoice.payment-days': 30,
  'invoice.retention-percent': 5,
  'locale.date': 'yyyy-MM-dd',
  'locale.language': 'en',
} as const;

export type Key = keyof typeof DEFAULTS;

/** Returns the key of a value that it may have. */
export function settable(key: string, value: unknown): Result<Key> {
  if (!Object.hasOwn(DEFAULTS, key)) {
    return err(new DomainError('setting.unknown', `there is no setting "${key}"`));
  }
  const known = key as Key;
  const expected = typeof DEFAULTS[known];
  return typeof value === expected
    ? ok(known)
    : err(new DomainError('setting.type', `${key} is a ${expected}`));
}
