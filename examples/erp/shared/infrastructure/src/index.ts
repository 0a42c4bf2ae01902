export { HealthRegistry } from './health/health.registry';
export { reachable } from './health/reachable';
export { InfrastructureModule } from './infrastructure.module';
export { ServiceLogger } from './logging/service-logger';
