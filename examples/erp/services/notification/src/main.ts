import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { consumeEvents } from '@erp/events';
import { ServiceLogger } from '@erp/shared-infrastructure';
import { AppModule } from './app.module';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: new ServiceLogger('notification') });
  app.enableShutdownHooks();
  // Without brokers it renders what it is asked for, and is ready.
  if (process.env.KAFKA_BROKERS) {
    consumeEvents(app, 'notification');
  }
  await app.listen(process.env.PORT ?? 3004);
}

void bootstrap();
