// urql: pages into its normalised cache (Graphcache, which knows the schema), and shows coded errors.
import { readFileSync } from "node:fs";
import { CombinedError, createClient, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { buildSchema, introspectionFromSchema, isObjectType } from "graphql";
import { AgainDocument, NewestDocument, ProgramPageDocument } from "./generated/operations.ts";
import type { ProgramPageQuery } from "./generated/operations.ts";
import { endpoint, PAGE_SIZE, print } from "./report.ts";
import type { Surfaced, Walk } from "./report.ts";

const sdl = readFileSync(new URL("../../../graph/schema.graphql", import.meta.url), "utf8");
const schema = buildSchema(sdl);
// What has no id is a part of what holds it.
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
const parts = Object.values(schema.getTypeMap()).filter(
  (type) => isObjectType(type) && !roots.includes(type) && !("id" in type.getFields()),
);

const complaints: string[] = [];
const client = createClient({
  url: endpoint(),
  preferGetMethod: false,
  exchanges: [
    cacheExchange({
      schema: introspectionFromSchema(schema),
      keys: Object.fromEntries(parts.map((type) => [type.name, () => null])),
      logger: (severity, message) => {
        if (severity !== "debug") complaints.push(message);
      },
      resolvers: { Query: { programs: relayPagination() } },
    }),
    fetchExchange,
  ],
});

async function walk(): Promise<Walk> {
  const received: string[] = [];
  let pages = 0;
  let shown: ProgramPageQuery["programs"];
  let after: string | null = null;
  do {
    const variables: { first: number; after: string | null } = { first: PAGE_SIZE, after };
    const answer = await client.query(ProgramPageDocument, variables);
    if (answer.data === undefined) throw answer.error ?? new Error("no data");
    shown = answer.data.programs; // all pages so far: the cache has joined them
    received.push(...shown.edges.slice(received.length).map((edge) => edge.node.id));
    after = shown.pageInfo.endCursor;
    pages += 1;
  } while (shown.pageInfo.hasNextPage);
  return {
    pages,
    totalCount: shown.totalCount,
    received,
    cached: shown.edges.map((edge) => edge.node),
  };
}

function surfaced(error: CombinedError | undefined): Surfaced {
  if (!(error instanceof CombinedError)) throw new Error("there is no error");
  const [first] = error.graphQLErrors;
  return { kind: error.name, code: first?.extensions["code"], message: first?.message };
}

const walked = await walk();
const again = await client.query(
  AgainDocument,
  { id: walked.received.at(-1) ?? "" },
  { requestPolicy: "network-only" },
);
const newest = await client.query(NewestDocument, {});
const badCursor = await client.query(ProgramPageDocument, { first: 1, after: "not a cursor" });
const heard = [...complaints]; // what follows is wrong on purpose
const badDocument = await client.query(gql`{ programs { nosuchfield } }`, {});
print({
  walk: walked,
  node: again.data?.node,
  newest: newest.data?.dataVersion,
  badCursor: surfaced(badCursor.error),
  badDocument: surfaced(badDocument.error),
  complaints: heard,
});
