// graphql-ws and graphql-sse: queries, mutations, progress of a job to its end, and coded errors.
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import type { ExecutionResult } from "graphql";
import { endpoint, print } from "./report.ts";

const socket = createSocketClient({ url: endpoint().replace(/^http/, "ws"), lazy: true });
const events = createSseClient({ url: endpoint() });

interface Asking {
  iterate(request: {
    query: string;
    variables?: Record<string, unknown>;
  }): AsyncIterable<ExecutionResult>;
}

async function all(client: Asking, query: string, variables = {}): Promise<ExecutionResult[]> {
  const found: ExecutionResult[] = [];
  for await (const one of client.iterate({ query, variables })) found.push(one);
  return found;
}

async function refused(client: Asking, query: string): Promise<unknown> {
  try {
    const [answer] = await all(client, query);
    return answer?.errors?.[0]?.extensions?.["code"];
  } catch (thrown) {
    const [first] = thrown as { extensions?: { code?: string } }[];
    return first?.extensions?.code;
  }
}

const RUN = `mutation ($replicates: Int!) {
  runMatch(input: { replicates: $replicates }) { job { id } errors { message } } }`;
const FOLLOW = `subscription ($id: ID!) { jobProgress(jobId: $id) { status job { status } } }`;
const CANCEL = `mutation ($id: ID!) { cancelJob(input: { jobId: $id }) { job { status } } }`;

async function followed(client: Asking): Promise<unknown> {
  const [asked] = await all(client, RUN, { replicates: 90000 });
  const { job, errors } = (asked?.data as any).runMatch;
  if (job === null) throw new Error(JSON.stringify(errors));
  const statuses: string[] = [];
  for await (const one of client.iterate({ query: FOLLOW, variables: { id: job.id } })) {
    statuses.push((one.data as any).jobProgress.job.status);
    if (statuses.length === 1) await all(client, CANCEL, { id: job.id });
  }
  return statuses;
}

async function report(client: Asking): Promise<unknown> {
  return {
    query: await all(client, "{ dataVersion { number } }"),
    followed: await followed(client),
    refused: await refused(client, "{ nosuchfield }"),
    unknown: await refused(client, `subscription { jobProgress(jobId: "x") { status } }`),
  };
}

const found = { socket: await report(socket as Asking), events: await report(events as Asking) };
await socket.dispose();
events.dispose();
print(found);
