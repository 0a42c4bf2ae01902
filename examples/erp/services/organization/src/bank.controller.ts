import { Controller, Get, Param } from '@nestjs/common';
import { unwrap } from '@erp/shared-kernel';
import { iban } from './iban';

@Controller('banks')
export class BankController {
  @Get('iban/:number')
  check(@Param('number') number: string): { iban: string } {
    return { iban: unwrap(iban(number)) };
  }
}
