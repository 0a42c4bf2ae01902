import { federation } from './federation';

export const finance = /* GraphQL */ `
  ${federation}

  type Query {
    invoices(company: ID!): [Invoice!]!
    "The next values of a monthly series, by its trend."
    forecast(values: [Float!]!, months: Int = 3): [Float!]!
  }

  type Invoice @key(fields: "number") {
    number: ID!
    company: Company!
    net: Float!
    tax: Float!
  }

  extend type Company @key(fields: "code") {
    code: ID! @external
    invoices: [Invoice!]!
  }
`;
