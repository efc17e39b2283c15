// The published schema under every rule that @graphql-eslint has for schemas and for Relay; the
// operations of the clients here under those it recommends. A rule is off only where it
// contradicts the graph's contract, and each says why.
import { fileURLToPath } from "node:url";
import plugin from "@graphql-eslint/eslint-plugin";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const graphql = (files, rules) => ({
  files,
  languageOptions: {
    parser: plugin.parser,
    parserOptions: {
      graphQLConfig: {
        schema: here("../../../graph/schema.graphql"),
        documents: here("operations.graphql"),
      },
    },
  },
  plugins: { "@graphql-eslint": plugin },
  rules,
});
const { "flat/schema-all": schema, "flat/schema-relay": relay } = plugin.configs;
const { "flat/operations-recommended": operations } = plugin.configs;

export default [
  graphql(["graph/schema.graphql"], {
    ...schema.rules,
    ...relay.rules,
    // Everything is described, not types and root fields alone.
    "@graphql-eslint/require-description": [
      "error",
      {
        DirectiveDefinition: true,
        EnumValueDefinition: true,
        FieldDefinition: true,
        InputValueDefinition: true,
        types: true,
      },
    ],
    // Plain lists are part of the contract (requirements, nodes): where they are bounded by what
    // one program states. Pages may hold parts of programs (criteria), which are no Nodes. Edges
    // must still be edges.
    "@graphql-eslint/relay-edge-types": [
      "error",
      { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
    ],
    // The file is sorted by graphql-core, by code points and without a place of honour for `id`.
    "@graphql-eslint/alphabetize": "off",
    // The sources' own numbers keep their names: programStreamId, disciplineId.
    "@graphql-eslint/no-typename-prefix": "off",
    // A list that cannot be read is an error of the whole answer, never a null that looks empty.
    "@graphql-eslint/require-nullable-result-in-root": "off",
    // Simulations and loads are asked for by mutations, and followed by a subscription.
    "@graphql-eslint/no-root-type": "off",
    // A payload shows what was asked for; the rest is read by queries.
    "@graphql-eslint/require-field-of-type-query-in-mutation-result": "off",
    // What has an identity is a Node; ranges, evidence, pages and totals are parts of others.
    "@graphql-eslint/strict-id-in-types": "off",
  }),
  graphql(["tests/clients/javascript/operations.graphql"], operations.rules),
];
