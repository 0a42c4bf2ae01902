import { federation } from './federation';

export const masterData = /* GraphQL */ `
  ${federation}

  type Query {
    materials(search: String = ""): [Material!]!
    units: [Unit!]!
    "A quantity in another unit of the same dimension."
    convert(quantity: Float!, from: ID!, to: ID!): Float!
  }

  type Material @key(fields: "code") {
    code: ID!
    name: String!
    unit: Unit!
    price: Float!
  }

  type Unit {
    code: ID!
    dimension: String!
  }
`;
