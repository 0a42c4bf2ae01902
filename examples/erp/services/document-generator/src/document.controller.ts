import { Body, Controller, Get, Header, Post, StreamableFile } from '@nestjs/common';
import { unwrap } from '@erp/shared-kernel';
import { Browser } from './browser';
import { type Invoice, SAMPLE, invoice } from './invoice';
import { InvoicePage } from './invoice.page';
import { invoicePdf } from './invoice.pdf';

const PDF = { type: 'application/pdf' };

@Controller('documents')
export class DocumentController {
  constructor(
    private readonly browser: Browser,
    private readonly page: InvoicePage,
  ) {}

  @Get('sample.pdf')
  async sample(): Promise<StreamableFile> {
    return new StreamableFile(await invoicePdf(SAMPLE), PDF);
  }

  @Get('sample.html')
  @Header('Content-Type', 'text/html; charset=utf-8')
  preview(): string {
    return this.page.render(SAMPLE);
  }

  @Get('browser')
  about(): ReturnType<Browser['about']> {
    return this.browser.about();
  }

  @Post('invoice.pdf')
  async draw(@Body() body: Partial<Invoice>): Promise<StreamableFile> {
    return new StreamableFile(await invoicePdf(unwrap(invoice(body))), PDF);
  }

  @Post('invoice.print')
  async print(@Body() body: Partial<Invoice>): Promise<StreamableFile> {
    const html = this.page.render(unwrap(invoice(body)));
    return new StreamableFile(await this.browser.print(html), PDF);
  }
}
