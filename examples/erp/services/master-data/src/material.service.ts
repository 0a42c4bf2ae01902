import { Injectable } from '@nestjs/common';
import { Cache } from '@erp/cache';
import { Transactions } from '@erp/transactions';
import { ILike } from 'typeorm';
import { Material } from './material.entity';

const KEPT_SECONDS = 300;
const MOST = 100;

@Injectable()
export class MaterialService {
  constructor(
    private readonly cache: Cache,
    private readonly transactions: Transactions,
  ) {}

  search(text: string): Promise<Material[]> {
    return this.cache.remember(`materials:${text}`, KEPT_SECONDS, () =>
      this.transactions.read((manager) =>
        manager.find(Material, {
          where: { name: ILike(`%${text}%`) },
          order: { code: 'ASC' },
          take: MOST,
        }),
      ),
    );
  }

  byCode(code: string): Promise<Material | null> {
    return this.transactions.read((manager) => manager.findOneBy(Material, { code }));
  }
}
