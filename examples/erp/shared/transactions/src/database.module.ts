import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { EntityClassOrSchema } from '@nestjs/typeorm/dist/interfaces/entity-class-or-schema.type';
import { DatabaseConnection, READINESS } from './database.connection';
import { Transactions } from './transactions';

interface DatabaseOptions {
  readonly entities: EntityClassOrSchema[];
  /** Whether the service is not ready without its database. */
  readonly required?: boolean;
}

/** PostgreSQL at `DATABASE_URL`, connected in the background: a service starts, and is alive, without it. */
@Module({})
export class DatabaseModule {
  static forRoot({ entities, required = true }: DatabaseOptions): DynamicModule {
    const features = TypeOrmModule.forFeature(entities);
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [ConfigService],
          useFactory: (config: ConfigService) => ({
            type: 'postgres' as const,
            url: config.get<string>('DATABASE_URL', 'postgres://erp:erp@localhost:5432/erp'),
            entities,
            manualInitialization: true,
          }),
        }),
        features,
      ],
      providers: [{ provide: READINESS, useValue: required }, DatabaseConnection, Transactions],
      exports: [features, Transactions],
    };
  }
}
