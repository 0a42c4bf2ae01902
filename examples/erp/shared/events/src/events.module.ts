import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ClientProxyFactory } from '@nestjs/microservices';
import { EventPublisher, KAFKA } from './event.publisher';
import { kafka } from './kafka';

/** What a service publishes events with. */
@Module({})
export class EventsModule {
  static forRoot(service: string): DynamicModule {
    return {
      module: EventsModule,
      providers: [
        {
          provide: KAFKA,
          inject: [ConfigService],
          useFactory: (config: ConfigService) => ClientProxyFactory.create(kafka(service, config)),
        },
        EventPublisher,
      ],
      exports: [EventPublisher],
    };
  }
}
