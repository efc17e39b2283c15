// Types of the whole schema, and of the operations that the clients here send.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../../graph/schema.graphql",
  documents: ["operations.graphql"],
  config: {
    enumsAsTypes: true,
    enumType: "string-literal",
    scalars: { Date: "string", DateTime: "string", JSON: "unknown" },
    strictScalars: true, // a scalar without a type of its own is an error, not `any`
    useTypeImports: true,
  },
  generates: {
    "generated/schema.ts": { plugins: ["typescript"] },
    "generated/operations.ts": { plugins: ["typescript-operations", "typed-document-node"] },
  },
};

export default config;
