import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ServiceLogger } from '@erp/shared-infrastructure';
import { AppModule } from './app.module';
import { mountProxies } from './proxies';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    // A proxied request keeps its body as it came.
    bodyParser: false,
    logger: new ServiceLogger('api-gateway'),
  });
  mountProxies(app);
  app.useBodyParser('json');
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3001);
}

void bootstrap();
