import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { Order } from './order.dto';
import { procurementRules } from './procurement.rules';
import { RulesService, type Verdict } from './rules.service';

@Controller('rules')
export class RulesController {
  constructor(private readonly rules: RulesService) {}

  @Get()
  all(): typeof procurementRules {
    return procurementRules;
  }

  @Get('evaluate')
  preview(@Query() order: Order): Promise<Verdict[]> {
    return this.rules.evaluate(order);
  }

  @Post('evaluate')
  @HttpCode(200)
  evaluate(@Body() order: Order): Promise<Verdict[]> {
    return this.rules.evaluate(order);
  }
}
