import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { consumeEvents } from '@erp/events';
import { ServiceLogger } from '@erp/shared-infrastructure';
import { AppModule } from './app.module';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: new ServiceLogger('audit') });
  app.enableShutdownHooks();
  consumeEvents(app, 'audit');
  await app.listen(process.env.PORT ?? 3008);
}

void bootstrap();
