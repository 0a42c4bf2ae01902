import { DomainError, type Result, err, ok } from '@erp/shared-kernel';

const FORM = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;

/** Returns the bank account's number in its printed form, if its check digits are right (ISO 13616). */
export function iban(text: string): Result<string> {
  const compact = text.replace(/\s/g, '').toUpperCase();
  if (!FORM.test(compact) || remainder(compact.slice(4) + compact.slice(0, 4)) !== 1) {
    return err(new DomainError('iban.invalid', `"${text}" is not an IBAN`));
  }
  return ok(compact.replace(/(.{4})(?=.)/g, '$1 '));
}

/** Returns the remainder modulo 97, each letter counted as the two digits from A = 10. */
function remainder(text: string): number {
  const digits = text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0);
}
