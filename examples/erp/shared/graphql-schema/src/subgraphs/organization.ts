import { federation } from './federation';

export const organization = /* GraphQL */ `
  ${federation}

  type Query {
    companies: [Company!]!
    company(code: ID!): Company
    "Currencies that a company may keep its books in."
    currencies: [String!]!
  }

  type Company @key(fields: "code") {
    code: ID!
    name: String!
    currency: String!
    sites: [Site!]!
  }

  type Site {
    code: ID!
    name: String!
    city: String!
  }
`;
