import { DomainError, type Result, err, ok } from '@erp/shared-kernel';
import type { z } from 'zod';

/** Returns `input` as the schema's type, or one error that names every field at fault. */
export function parse<S extends z.ZodType>(schema: S, input: unknown): Result<z.output<S>> {
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    return ok(parsed.data);
  }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return err(new DomainError('contract.violated', faults.join('; ')));
}
