import { Body, Controller, Get, HttpCode, Post, StreamableFile } from '@nestjs/common';
import type { MaterialRow } from '@erp/service-contracts';
import { unwrap } from '@erp/shared-kernel';
import { priceList } from './price-list.csv';
import { priceListWorkbook } from './price-list.xlsx';

const XLSX = {
  type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  disposition: 'attachment; filename="prices.xlsx"',
};

const SAMPLE = `code,name,unit,price
C2530,Concrete C25/30,m3,118.50
B500B,Reinforcing steel,t,940
`;

@Controller('price-lists')
export class PriceListController {
  /** What an import would bring, or what is wrong with it. */
  @Post('check')
  @HttpCode(200)
  check(@Body() csv: unknown): MaterialRow[] {
    return unwrap(priceList(typeof csv === 'string' ? csv : ''));
  }

  @Post('xlsx')
  @HttpCode(200)
  async convert(@Body() csv: unknown): Promise<StreamableFile> {
    return this.workbook(typeof csv === 'string' ? csv : '');
  }

  @Get('sample.xlsx')
  sample(): Promise<StreamableFile> {
    return this.workbook(SAMPLE);
  }

  private async workbook(csv: string): Promise<StreamableFile> {
    return new StreamableFile(await priceListWorkbook(unwrap(priceList(csv))), XLSX);
  }
}
