import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { Forecaster } from './forecaster';
import type { Invoice } from './invoice.entity';
import { InvoiceService } from './invoice.service';

/** A company as the graph refers to it; the organization service knows the rest. */
interface CompanyReference {
  readonly code: string;
}

@Resolver('Invoice')
export class InvoiceResolver {
  constructor(
    private readonly service: InvoiceService,
    private readonly forecaster: Forecaster,
  ) {}

  @Query('invoices')
  invoices(@Args('company') company: string): Promise<Invoice[]> {
    return this.service.of(company);
  }

  @Query('forecast')
  forecast(@Args('values') values: number[], @Args('months') months: number): Promise<number[]> {
    return this.forecaster.next(values, months);
  }

  @ResolveReference()
  reference(reference: { number: string }): Promise<Invoice | null> {
    return this.service.byNumber(reference.number);
  }

  @ResolveField('company')
  company(@Parent() invoice: Invoice): CompanyReference {
    return { code: invoice.company };
  }
}

@Resolver('Company')
export class CompanyResolver {
  constructor(private readonly service: InvoiceService) {}

  @ResolveReference()
  reference(reference: CompanyReference): CompanyReference {
    return reference;
  }

  @ResolveField('invoices')
  invoices(@Parent() company: CompanyReference): Promise<Invoice[]> {
    return this.service.of(company.code);
  }
}
