/** The directives of Federation 2 that the subgraphs use. */
export const federation = /* GraphQL */ `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.3"
      import: ["@key", "@external", "@shareable"]
    )
`;
