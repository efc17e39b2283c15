// Relay: pages by the @refetchable query of a connection, refetches a node, shows coded errors.
// What React's hooks do (usePaginationFragment, useRefetchableFragment) is done by hand here, with
// the runtime's own functions over the compiler's artifacts.
import { registerHooks } from "node:module";
import relay from "relay-runtime";
import type {
  ConcreteRequest,
  GraphQLResponse,
  OperationType,
  ReaderFragment,
  RequestParameters,
  Variables,
} from "relay-runtime";
import type { operations_card$data } from "./generated/relay/operations_card.graphql.ts";
import type { operations_programs$data } from "./generated/relay/operations_programs.graphql.ts";
import type { operationsCardRefetchQuery } from "./generated/relay/operationsCardRefetchQuery.graphql.ts";
import type { operationsProgramQuery } from "./generated/relay/operationsProgramQuery.graphql.ts";
import type { operationsProgramsQuery } from "./generated/relay/operationsProgramsQuery.graphql.ts";
import { endpoint, PAGE_SIZE, print } from "./report.ts";
import type { Surfaced, Walk } from "./report.ts";

// A bundler finds artifacts without their suffix, Node does not.
registerHooks({
  resolve: (name, context, next) => next(name.endsWith(".graphql") ? `${name}.ts` : name, context),
});

async function artifact<Kind>(name: string): Promise<Kind> {
  const module = (await import(`./generated/relay/${name}.graphql.ts`)) as { default: Kind };
  return module.default;
}

/** What the network threw: Relay puts the server's whole answer into `source`. */
interface RefusedError extends Error {
  source?: { errors?: { message: string; extensions?: { code?: unknown } }[] };
}

// With a second argument operations travel by their hash: the server has to know them already.
const isTrusted = process.argv[3] === "by-hash";

async function send(operation: RequestParameters, variables: Variables): Promise<GraphQLResponse> {
  const document = isTrusted ? { documentId: operation.id } : { query: operation.text };
  const answer = await fetch(endpoint(), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ ...document, variables }),
  });
  return (await answer.json()) as GraphQLResponse;
}

const environment = new relay.Environment({
  network: relay.Network.create(send),
  store: new relay.Store(new relay.RecordSource()),
});

async function ask<Operation extends OperationType>(
  request: ConcreteRequest,
  variables: Operation["variables"],
): Promise<Operation["response"]> {
  environment.retain(relay.createOperationDescriptor(request, variables));
  const data = await relay.fetchQuery<Operation>(environment, request, variables).toPromise();
  if (data === undefined) throw new Error("Relay gave no data");
  return data;
}

function read<Data>(fragment: ReaderFragment, reference: unknown): Data {
  const selector = relay.getSingularSelector(fragment, reference);
  if (selector == null) throw new Error(`nothing to read ${fragment.name} from`);
  const snapshot = environment.lookup(selector);
  if (snapshot.isMissingData) throw new Error(`data of ${fragment.name} are missing`);
  return snapshot.data as unknown as Data;
}

async function walk(): Promise<Walk> {
  const fragment = await artifact<ReaderFragment>("operations_programs");
  const query = await artifact<ConcreteRequest>("operationsProgramsQuery");
  const { paginationRequest, paginationMetadata } = relay.getPaginationMetadata(fragment, "walk");
  const base = { count: PAGE_SIZE, cursor: null };
  const reference = await ask<operationsProgramsQuery>(query, base);
  const page = () => read<operations_programs$data & Paged>(fragment, reference).programs;
  const received = page().edges.map((edge) => edge.node.id);
  let pages = 1;
  while (page().pageInfo.hasNextPage) {
    const cursor = page().pageInfo.endCursor;
    const variables = relay.getPaginationVariables(
      "forward", PAGE_SIZE, cursor, base, {}, paginationMetadata,
    );
    await ask(paginationRequest, variables);
    received.push(...page().edges.slice(received.length).map((edge) => edge.node.id));
    pages += 1;
  }
  return {
    pages,
    totalCount: page().totalCount,
    received,
    cached: page().edges.map((edge) => edge.node),
  };
}

/** What the compiler adds to a connection, and leaves out of its types. */
interface Paged {
  readonly programs: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

async function refetched(id: string): Promise<operations_card$data> {
  const query = await artifact<ConcreteRequest>("operationsProgramQuery");
  const fragment = await artifact<ReaderFragment>("operations_card");
  const { node } = await ask<operationsProgramQuery>(query, { id });
  if (!node.ok || node.value?.card == null) throw new Error("the program is not there");
  const { refetchableRequest } = relay.getRefetchMetadata(fragment, "refetched");
  const again = await ask<operationsCardRefetchQuery>(refetchableRequest, { id });
  return read(fragment, again.node);
}

async function surfaced(asked: Promise<unknown>): Promise<Surfaced> {
  try {
    await asked;
  } catch (error) {
    const [first] = (error as RefusedError).source?.errors ?? [];
    return { kind: (error as Error).name, code: first?.extensions?.code, message: first?.message };
  }
  throw new Error("nothing was thrown");
}

const walked = await walk();
const programs = await artifact<ConcreteRequest>("operationsProgramsQuery");
const program = await artifact<ConcreteRequest>("operationsProgramQuery");
const caught = (await ask<operationsProgramQuery>(program, { id: "no id" })).node;
print({
  walk: walked,
  node: await refetched(walked.received.at(-1) ?? ""),
  badCursor: await surfaced(ask(programs, { count: 1, cursor: "not a cursor" })),
  caught: caught.ok ? null : caught.errors,
});
