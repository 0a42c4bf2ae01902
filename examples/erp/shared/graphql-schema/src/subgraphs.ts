import { finance } from './subgraphs/finance';
import { masterData } from './subgraphs/master-data';
import { organization } from './subgraphs/organization';

/** The schema of each service that takes part in the graph; the gateway composes them without asking anyone. */
export const subgraphs = {
  finance,
  'master-data': masterData,
  organization,
} as const;

export type Subgraph = keyof typeof subgraphs;
