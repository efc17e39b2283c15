// What changed between two schemas, as graphql-inspector sees it:
//   node changes.ts OLD.graphql NEW.graphql
// Prints {path, level, message} of each change as one line of JSON.
import { readFileSync } from "node:fs";
import { diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const [before, after] = process.argv.slice(2).map((path) => buildSchema(readFileSync(path, "utf8")));
if (before === undefined || after === undefined) throw new Error("give two schema files");
const changes = await diff(before, after);
console.log(
  JSON.stringify(
    changes.map(({ criticality, message, path }) => ({ level: criticality.level, message, path })),
  ),
);
