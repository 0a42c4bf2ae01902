import { Injectable } from '@nestjs/common';
import { Cache } from '@erp/cache';
import { Transactions } from '@erp/transactions';
import { Company } from './company.entity';

const KEPT_SECONDS = 60;

@Injectable()
export class CompanyService {
  constructor(
    private readonly cache: Cache,
    private readonly transactions: Transactions,
  ) {}

  all(): Promise<Company[]> {
    return this.cache.remember('companies', KEPT_SECONDS, () =>
      this.transactions.read((manager) =>
        manager.find(Company, { relations: { sites: true }, order: { code: 'ASC' } }),
      ),
    );
  }

  byCode(code: string): Promise<Company | null> {
    return this.transactions.read((manager) =>
      manager.findOne(Company, { where: { code }, relations: { sites: true } }),
    );
  }
}
