export { DomainError } from './domain-error';
export { type Result, err, ok, unwrap } from './result';
