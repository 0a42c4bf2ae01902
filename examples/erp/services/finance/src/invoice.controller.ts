import { Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { InvoiceService } from './invoice.service';

@Controller('invoices')
export class InvoiceController {
  constructor(private readonly invoices: InvoiceService) {}

  @Post(':number/approval')
  @HttpCode(204)
  approve(@Param('number') number: string, @Headers('x-actor') actor = 'unknown'): Promise<void> {
    return this.invoices.approve(number, actor);
  }
}
