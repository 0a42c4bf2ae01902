import { Args, Query, Resolver } from '@nestjs/graphql';
import { unwrap } from '@erp/shared-kernel';
import { type Unit, UNITS, convert } from './units';

@Resolver('Unit')
export class UnitResolver {
  @Query('units')
  units(): readonly Unit[] {
    return UNITS;
  }

  @Query('convert')
  convert(
    @Args('quantity') quantity: number,
    @Args('from') from: string,
    @Args('to') to: string,
  ): number {
    return unwrap(convert(quantity, from, to));
  }
}
