export { HealthRegistry } from './health/health.registry';
export { InfrastructureModule } from './infrastructure.module';
export { ServiceLogger } from './logging/service-logger';
