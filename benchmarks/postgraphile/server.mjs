// PostGraphile 5 over the views of schema "peer", set up to be as fast as it goes.
// Started by benchmarks/speed/servers.py; says on stdout what runs and where.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { postgraphile } from "postgraphile";

const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
const database = JSON.parse(process.env.BENCHMARK_DATABASE);

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      schemas: ["peer"],
      pubsub: false,
      // Idle connections stay: a new one would have to prepare every statement anew.
      poolConfig: { ...database, max: 10, idleTimeoutMillis: 0 },
    }),
  ],
  schema: {
    defaultBehavior: "+connection +list",
    pgOrderByNullsLast: true, // as ours
  },
  grafast: { explain: false },
  grafserv: {
    graphqlPath: "/graphql",
    graphiql: false,
    websockets: false,
    watch: false,
    outputDataAsString: true, // its faster way to write answers
  },
};

const instance = postgraphile(preset);
await instance.getSchema();
const server = createServer();
server.keepAliveTimeout = 600_000;
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.BENCHMARK_PORT), "127.0.0.1", () => {
  const versions = Object.fromEntries(
    ["postgraphile", "grafast", "grafserv", "graphql", "pg"].map((name) => [name, versionOf(name)]),
  );
  console.log(JSON.stringify({ node: process.versions.node, ...versions }));
});
