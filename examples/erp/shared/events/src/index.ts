export { consumeEvents } from './consume';
export { EventPublisher } from './event.publisher';
export { EventsModule } from './events.module';
