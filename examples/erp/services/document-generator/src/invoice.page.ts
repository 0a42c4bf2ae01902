import { Injectable } from '@nestjs/common';
import Handlebars from 'handlebars';
import { type Invoice, total } from './invoice';

const PAGE = `<!doctype html>
<html lang="en">
  <title>Invoice {{number}}</title>
  <h1>Invoice {{number}}</h1>
  <p>{{recipient}}</p>
  <table>
    {{#each lines}}
    <tr><td>{{quantity}} × {{text}}</td><td>{{money (product quantity price)}}</td></tr>
    {{/each}}
    <tr><th>Total</th><th>{{money total}}</th></tr>
  </table>
</html>
`;

/** An invoice as a page, for a browser to show or to print. */
@Injectable()
export class InvoicePage {
  private readonly template: HandlebarsTemplateDelegate;

  constructor() {
    const handlebars = Handlebars.create();
    handlebars.registerHelper('money', (amount: number) => amount.toFixed(2));
    handlebars.registerHelper('product', (one: number, other: number) => one * other);
    this.template = handlebars.compile(PAGE);
  }

  render(invoice: Invoice): string {
    return this.template({ ...invoice, total: total(invoice) });
  }
}
