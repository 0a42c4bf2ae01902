import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ServiceLogger } from '@erp/shared-infrastructure';
import { AppModule } from './app.module';

async function bootstrap(): Promise<void> {
  const logger = new ServiceLogger('import-export');
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger });
  app.useBodyParser('text', { type: 'text/csv', limit: '20mb' });
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3013);
}

void bootstrap();
