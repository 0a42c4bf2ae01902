import { type INestApplication, Logger } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HealthRegistry, reachable } from '@erp/shared-infrastructure';
import { brokers, kafka } from './kafka';

/** Hands events to the handlers of `app`, as soon as there is a broker: the service starts without one. */
export function consumeEvents(app: INestApplication, service: string): void {
  const config = app.get(ConfigService);
  app.get(HealthRegistry).register('events', async () => {
    await Promise.any(brokers(config).map(reachable));
  });
  app.connectMicroservice(kafka(service, config), { inheritAppConfig: true });
  app.startAllMicroservices().catch((error: unknown) => {
    new Logger('Events').error(`events are not consumed: ${String(error)}`);
  });
}
