import type { ConfigService } from '@nestjs/config';
import { type KafkaOptions, Transport } from '@nestjs/microservices';
import { logLevel } from 'kafkajs';

const RETRY_MS = { initialRetryTime: 500, maxRetryTime: 30_000 };

/** Returns the brokers of `KAFKA_BROKERS`, each `HOST:PORT`. */
export function brokers(config: ConfigService): string[] {
  return config.get<string>('KAFKA_BROKERS', 'localhost:9092').split(',');
}

/** Returns how a service takes part in events; a client that finds no broker goes on looking for one. */
export function kafka(service: string, config: ConfigService): KafkaOptions {
  return {
    transport: Transport.KAFKA,
    options: {
      client: {
        clientId: service,
        brokers: brokers(config),
        logLevel: logLevel.NOTHING,
        retry: { ...RETRY_MS, retries: Number.MAX_SAFE_INTEGER },
      },
      consumer: { groupId: service },
      producer: { allowAutoTopicCreation: true },
    },
  };
}
