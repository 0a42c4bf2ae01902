import 'reflect-metadata';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ServiceLogger } from '@erp/shared-infrastructure';
import { AppModule } from './app.module';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: new ServiceLogger('rules-engine') });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
  const description = new DocumentBuilder().setTitle('Rules').build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3007);
}

void bootstrap();
