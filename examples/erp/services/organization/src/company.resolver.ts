import { Args, Query, ResolveReference, Resolver } from '@nestjs/graphql';
import type { Company } from './company.entity';
import { CompanyService } from './company.service';
import { CURRENCIES } from './currencies';

@Resolver('Company')
export class CompanyResolver {
  constructor(private readonly service: CompanyService) {}

  @Query('companies')
  companies(): Promise<Company[]> {
    return this.service.all();
  }

  @Query('company')
  company(@Args('code') code: string): Promise<Company | null> {
    return this.service.byCode(code);
  }

  @Query('currencies')
  currencies(): readonly string[] {
    return CURRENCIES;
  }

  @ResolveReference()
  reference(reference: { code: string }): Promise<Company | null> {
    return this.service.byCode(reference.code);
  }
}
