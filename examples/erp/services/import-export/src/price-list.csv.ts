import { type MaterialRow, materialSchema, parse } from '@erp/service-contracts';
import { DomainError, type Result, err, ok } from '@erp/shared-kernel';
import { CsvError, parse as parseCsv } from 'csv-parse/sync';

/** Returns the rows of a price list with a header line, or one error that names every line at fault. */
export function priceList(csv: string): Result<MaterialRow[]> {
  let records: unknown[];
  try {
    records = parseCsv(csv, { bom: true, columns: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    if (error instanceof CsvError) {
      return err(new DomainError('price-list.form', error.message));
    }
    throw error;
  }
  const rows: MaterialRow[] = [];
  const faults: string[] = [];
  records.forEach((record, index) => {
    const row = parse(materialSchema, record);
    if (row.ok) {
      rows.push(row.value);
    } else {
      faults.push(`row ${index + 1}: ${row.error.message}`);
    }
  });
  return faults.length === 0
    ? ok(rows)
    : err(new DomainError('price-list.content', faults.join('; ')));
}
