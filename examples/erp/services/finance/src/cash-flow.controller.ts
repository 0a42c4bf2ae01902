import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { unwrap } from '@erp/shared-kernel';
import { parseInteger } from '@erp/utils';
import { chart } from './chart';
import { Forecaster } from './forecaster';
import { series } from './series';

const MONTHS = { fallback: 3, min: 1, max: 24 };

@Controller('cash-flow')
export class CashFlowController {
  constructor(private readonly forecaster: Forecaster) {}

  @Get('forecast')
  async forecast(
    @Query('values') values = '',
    @Query('months') months?: string,
  ): Promise<{ backend: string; forecast: number[] }> {
    const forecast = await this.next(unwrap(series(values)), months);
    return { backend: await this.forecaster.backend(), forecast };
  }

  @Get('chart.png')
  async draw(
    @Query('values') values = '',
    @Query('months') months?: string,
  ): Promise<StreamableFile> {
    const known = unwrap(series(values));
    const forecast = await this.next(known, months);
    const picture = await chart([...known, ...forecast], known.length);
    return new StreamableFile(picture, { type: 'image/png' });
  }

  private next(values: readonly number[], months: string | undefined): Promise<number[]> {
    return this.forecaster.next(values, unwrap(parseInteger(months, MONTHS)));
  }
}
