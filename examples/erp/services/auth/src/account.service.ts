import { ConflictException, Injectable } from '@nestjs/common';
import { Transactions } from '@erp/transactions';
import { Account } from './account.entity';

@Injectable()
export class AccountService {
  constructor(private readonly transactions: Transactions) {}

  find(name: string): Promise<Account | null> {
    return this.transactions.read((manager) => manager.findOneBy(Account, { name }));
  }

  register(name: string, hash: string): Promise<void> {
    return this.transactions.run(async (manager) => {
      if (await manager.existsBy(Account, { name })) {
        throw new ConflictException();
      }
      await manager.insert(Account, { name, hash });
    });
  }
}
