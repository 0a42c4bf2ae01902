export { SubgraphModule } from './subgraph.module';
export { type Subgraph, subgraphs } from './subgraphs';
