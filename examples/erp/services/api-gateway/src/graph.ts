import { ApolloGatewayDriver, type ApolloGatewayDriverConfig } from '@nestjs/apollo';
import type { DynamicModule } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { GraphQLModule } from '@nestjs/graphql';
import { type Subgraph, subgraphs } from '@erp/graphql-schema';
import { parse } from 'graphql';

/** Where each subgraph is, by the variable that says so. */
const SUBGRAPHS: Record<Subgraph, { variable: string; url: string }> = {
  finance: { variable: 'FINANCE_URL', url: 'http://localhost:3014' },
  'master-data': { variable: 'MASTER_DATA_URL', url: 'http://localhost:3005' },
  organization: { variable: 'ORGANIZATION_URL', url: 'http://localhost:3010' },
};

/** The whole graph at `/graphql`, composed from the shared schemas: no subgraph has to be there yet. */
export function graph(): DynamicModule {
  return GraphQLModule.forRootAsync<ApolloGatewayDriverConfig>({
    driver: ApolloGatewayDriver,
    inject: [ConfigService],
    useFactory: (config: ConfigService) => ({
      gateway: {
        localServiceList: Object.entries(SUBGRAPHS).map(([name, { variable, url }]) => ({
          name,
          typeDefs: parse(subgraphs[name as Subgraph]),
          url: new URL('/graphql', config.get<string>(variable, url)).href,
        })),
      },
    }),
  });
}
