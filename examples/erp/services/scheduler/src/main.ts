import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ServiceLogger } from '@erp/shared-infrastructure';
import { AppModule } from './app.module';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: new ServiceLogger('scheduler') });
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3009);
}

void bootstrap();
