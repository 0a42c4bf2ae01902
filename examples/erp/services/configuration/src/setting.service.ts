import { Injectable } from '@nestjs/common';
import { Cache } from '@erp/cache';
import { Transactions } from '@erp/transactions';
import { DEFAULTS, type Key } from './defaults';
import { Setting } from './setting.entity';

const KEPT_SECONDS = 600;

export type Settings = Record<Key, string | number>;

@Injectable()
export class SettingService {
  constructor(
    private readonly cache: Cache,
    private readonly transactions: Transactions,
  ) {}

  /** Returns a company's settings: its own over the defaults. */
  of(company: string): Promise<Settings> {
    return this.cache.remember(`settings:${company}`, KEPT_SECONDS, () =>
      this.transactions.read(async (manager) => {
        const own = await manager.findBy(Setting, { company });
        return { ...DEFAULTS, ...Object.fromEntries(own.map(({ key, value }) => [key, value])) };
      }),
    );
  }

  async set(company: string, key: Key, value: string | number): Promise<void> {
    await this.transactions.run((manager) => manager.save(Setting, { company, key, value }));
    await this.cache.forget(`settings:${company}`);
  }
}
