import type { MaterialRow } from '@erp/service-contracts';
import { Workbook } from 'exceljs';

/** Writes a price list as a workbook of one sheet, with its header kept in sight. */
export async function priceListWorkbook(rows: readonly MaterialRow[]): Promise<Buffer> {
  const workbook = new Workbook();
  const sheet = workbook.addWorksheet('Prices', { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.columns = [
    { header: 'Code', key: 'code', width: 14 },
    { header: 'Name', key: 'name', width: 40 },
    { header: 'Unit', key: 'unit', width: 8 },
    { header: 'Price', key: 'price', width: 12, style: { numFmt: '#,##0.00' } },
  ];
  sheet.getRow(1).font = { bold: true };
  sheet.addRows([...rows]);
  return Buffer.from(await workbook.xlsx.writeBuffer());
}
