import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Work on the database that is done as a whole or not at all. */
@Injectable()
export class Transactions {
  constructor(private readonly source: DataSource) {}

  /** Runs `work` in one serializable transaction; without a database the request is answered with 503. */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    this.assertConnected();
    return this.source.transaction('SERIALIZABLE', work);
  }

  /** Runs `query` outside of a transaction; without a database the request is answered with 503. */
  read<T>(query: (manager: EntityManager) => Promise<T>): Promise<T> {
    this.assertConnected();
    return query(this.source.manager);
  }

  private assertConnected(): void {
    if (!this.source.isInitialized) {
      throw new ServiceUnavailableException('the database is not connected');
    }
  }
}
