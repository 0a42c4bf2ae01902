import { Injectable } from '@nestjs/common';
import { compare, hash } from 'bcrypt';
import { DomainError, type Result, err, ok } from '@erp/shared-kernel';

const ROUNDS = 10;
/** bcrypt ignores what lies beyond. */
const MAX_BYTES = 72;

@Injectable()
export class PasswordService {
  async hash(password: string): Promise<Result<string>> {
    const length = Buffer.byteLength(password);
    if (length === 0 || length > MAX_BYTES) {
      return err(new DomainError('password.length', `a password has 1 to ${MAX_BYTES} bytes`));
    }
    return ok(await hash(password, ROUNDS));
  }

  matches(password: string, hashed: string): Promise<boolean> {
    return compare(password, hashed);
  }
}
