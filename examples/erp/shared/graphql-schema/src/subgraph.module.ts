import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { type Subgraph, subgraphs } from './subgraphs';

/** One service's part of the federated graph, at `/graphql`. */
@Module({})
export class SubgraphModule {
  static forRoot(subgraph: Subgraph): DynamicModule {
    return {
      module: SubgraphModule,
      imports: [
        GraphQLModule.forRoot<ApolloFederationDriverConfig>({
          driver: ApolloFederationDriver,
          typeDefs: subgraphs[subgraph],
        }),
      ],
    };
  }
}
