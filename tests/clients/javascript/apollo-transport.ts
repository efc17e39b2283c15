// Apollo Client: automatic persisted queries by GET, and deferred parts in both forms it knows.
import { createHash } from "node:crypto";
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { NewestDocument } from "./generated/operations.ts";
import { endpoint, print } from "./report.ts";

/** What was sent, and how it was answered. */
interface Exchange {
  method: string;
  hasHash: boolean;
  hasText: boolean;
  status: number;
}

async function persisted(): Promise<{ exchanges: Exchange[]; answers: unknown[] }> {
  const exchanges: Exchange[] = [];
  const watched: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    const sent = decodeURIComponent(String(input)) + String(init?.body ?? "");
    exchanges.push({
      method: init?.method ?? "GET",
      hasHash: sent.includes("sha256Hash"),
      hasText: sent.includes("publishedAt"),
      status: answer.status,
    });
    return answer;
  };
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const answers: unknown[] = [];
  for (let visitor = 0; visitor < 2; visitor += 1) {
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(
        new HttpLink({ uri: endpoint(), fetch: watched }),
      ),
    });
    answers.push((await client.query({ query: NewestDocument })).data);
    client.stop();
  }
  return { exchanges, answers };
}

type Handler = NonNullable<ApolloClient.Options["incrementalHandler"]>;

const DEFERRED = gql`
  query Deferred {
    dataVersion { number }
    ... @defer(label: "later") {
      programs(first: 3) { totalCount nodes { id name } }
    }
  }
`;

/** Returns what a screen would have shown, one after the other: the names of the fields. */
async function deferred(incrementalHandler: Handler): Promise<string[][]> {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    incrementalHandler,
    link: new HttpLink({ uri: endpoint() }),
  });
  const shown: string[][] = [];
  await new Promise<void>((resolve, reject) => {
    client.watchQuery({ query: DEFERRED }).subscribe({
      next: ({ dataState, data, error }) => {
        if (error) reject(error);
        if (dataState === "empty" || dataState === "partial") return;
        shown.push(Object.keys(data ?? {}));
        if (dataState === "complete") resolve();
      },
    });
  });
  client.stop();
  return shown;
}

print({
  persisted: await persisted(),
  deferred: {
    "deferSpec=20220824": await deferred(new Defer20220824Handler()),
    "incrementalSpec=v0.2": await deferred(new GraphQL17Alpha9Handler()),
  },
});
