export { Cache } from './cache';
export { CacheModule } from './cache.module';
