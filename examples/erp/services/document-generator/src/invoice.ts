import { DomainError, type Result, err, ok } from '@erp/shared-kernel';

export interface Line {
  readonly text: string;
  readonly quantity: number;
  readonly price: number;
}

export interface Invoice {
  readonly number: string;
  readonly recipient: string;
  readonly lines: readonly Line[];
}

export function total(invoice: Invoice): number {
  return invoice.lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
}

/** Returns the invoice of a request's body, which anybody may have written. */
export function invoice(body: Partial<Invoice>): Result<Invoice> {
  const { number, recipient, lines } = body;
  const whole =
    typeof number === 'string' &&
    typeof recipient === 'string' &&
    Array.isArray(lines) &&
    lines.every(
      (line: Partial<Line> | null) =>
        Number.isFinite(line?.quantity) && Number.isFinite(line?.price),
    );
  return whole
    ? ok({ number, recipient, lines })
    : err(new DomainError('invoice.incomplete', 'an invoice has a number, a recipient and lines'));
}

/** An invoice to look at. */
export const SAMPLE: Invoice = {
  number: 'INV-7',
  recipient: 'Ada Construction Ltd',
  lines: [
    { text: 'Concrete C25/30', quantity: 12, price: 118.5 },
    { text: 'Reinforcing steel', quantity: 0.8, price: 940 },
  ],
};
