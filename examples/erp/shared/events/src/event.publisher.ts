import { Inject, Injectable, Logger } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ClientKafka } from '@nestjs/microservices';
import { HealthRegistry, reachable } from '@erp/shared-infrastructure';
import { brokers } from './kafka';

/** Injection token of the Kafka client. */
export const KAFKA = Symbol('KAFKA');

/** Publishes events; the first one connects. */
@Injectable()
export class EventPublisher {
  private readonly logger = new Logger(EventPublisher.name);

  constructor(
    @Inject(KAFKA) private readonly client: ClientKafka,
    config: ConfigService,
    health: HealthRegistry,
  ) {
    health.register('events', async () => {
      await Promise.any(brokers(config).map(reachable));
    });
  }

  publish(topic: string, event: object): void {
    this.client.emit(topic, event).subscribe({
      error: (error: unknown) => this.logger.warn(`${topic} is not published: ${String(error)}`),
    });
  }
}
