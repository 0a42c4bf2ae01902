import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
import { type Invoice, total } from './invoice';

const MARGIN = 56;
const AMOUNT_COLUMN = 420;

/** Draws an invoice on one page, without a browser. */
export function invoicePdf(invoice: Invoice): Promise<Buffer> {
  const document = new PDFDocument({ size: 'A4', margin: MARGIN });
  const content = buffer(document);
  document.fontSize(20).text(`Invoice ${invoice.number}`).fontSize(11).text(invoice.recipient);
  document.moveDown(2);
  for (const { text, quantity, price } of invoice.lines) {
    row(document, `${quantity} × ${text}`, quantity * price);
  }
  document.moveDown();
  row(document, 'Total', total(invoice));
  document.end();
  return content;
}

function row(document: PDFKit.PDFDocument, text: string, amount: number): void {
  const { y } = document;
  document.text(text, MARGIN, y);
  document.text(amount.toFixed(2), AMOUNT_COLUMN, y, { align: 'right' });
}
