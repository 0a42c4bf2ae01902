import { Workbook } from 'exceljs';
import { priceList } from '../src/price-list.csv';
import { priceListWorkbook } from '../src/price-list.xlsx';

const HEADER = 'code,name,unit,price\n';

test('a price list becomes a workbook', async () => {
  const rows = priceList(`${HEADER}B500B,Reinforcing steel,t,940\n`);
  const content = await priceListWorkbook(rows.ok ? rows.value : []);
  const workbook = new Workbook();
  await workbook.xlsx.load(content.buffer as ArrayBuffer);
  expect(workbook.getWorksheet('Prices')?.getCell('D2').value).toBe(940);
});

test('each row at fault is named', () => {
  const rows = priceList(`${HEADER}A,Sand,t,1\n,Gravel,t,-1\n`);
  expect(rows.ok ? '' : rows.error.message).toMatch(/^row 2: code: .*; price: /);
});
