import { Body, Controller, Get, HttpCode, Param, Put } from '@nestjs/common';
import { unwrap } from '@erp/shared-kernel';
import { DEFAULTS, settable } from './defaults';
import { SettingValue } from './setting.dto';
import { SettingService, type Settings } from './setting.service';

@Controller('settings')
export class SettingController {
  constructor(private readonly settings: SettingService) {}

  @Get()
  defaults(): Settings {
    return DEFAULTS;
  }

  @Get(':company')
  of(@Param('company') company: string): Promise<Settings> {
    return this.settings.of(company);
  }

  @Put(':company/:key')
  @HttpCode(204)
  async set(
    @Param('company') company: string,
    @Param('key') key: string,
    @Body() { value }: SettingValue,
  ): Promise<void> {
    await this.settings.set(company, unwrap(settable(key, value)), value);
  }
}
