import { SAMPLE, invoice } from '../src/invoice';
import { InvoicePage } from '../src/invoice.page';
import { invoicePdf } from '../src/invoice.pdf';

test('an invoice becomes a PDF', async () => {
  const pdf = await invoicePdf(SAMPLE);
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
});

test('an invoice becomes a page, with its total', () => {
  expect(new InvoicePage().render(SAMPLE)).toContain('<th>2174.00</th>');
});

test('half an invoice is refused', () => {
  expect(invoice({ number: 'INV-8' }).ok).toBe(false);
});
