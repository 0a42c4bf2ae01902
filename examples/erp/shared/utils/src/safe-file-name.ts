import { DomainError, type Result, err, ok } from '@erp/shared-kernel';

const SAFE = /^[a-z0-9][a-z0-9_-]{0,63}$/i;

/** Returns `name` if it can be a file's name and cannot leave its directory. */
export function safeFileName(name: string): Result<string> {
  return SAFE.test(name)
    ? ok(name)
    : err(
        new DomainError('file-name.invalid', `"${name}" is not a name of letters, digits, - and _`),
      );
}
