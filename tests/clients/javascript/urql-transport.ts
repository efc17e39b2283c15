// urql: deferred parts, in the order in which they arrive.
import { createClient, fetchExchange, gql } from "@urql/core";
import { endpoint, print } from "./report.ts";

const DEFERRED = gql`
  query Deferred {
    dataVersion { number }
    ... @defer(label: "later") {
      programs(first: 3) { totalCount nodes { id name } }
    }
  }
`;

const client = createClient({ url: endpoint(), preferGetMethod: false, exchanges: [fetchExchange] });
const shown: string[][] = [];
await new Promise<void>((resolve, reject) => {
  client.query(DEFERRED, {}).subscribe(({ data, error, hasNext }) => {
    if (error) reject(error);
    shown.push(Object.keys(data ?? {}));
    if (!hasNext) resolve();
  });
});
print({ deferred: shown });
