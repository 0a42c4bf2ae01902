export { type Health, healthSchema } from './health';
export { type Message, messageSchema } from './message';
export { parse } from './parse';
