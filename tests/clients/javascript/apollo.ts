// Apollo Client: pages with fetchMore into its normalised cache, and shows coded errors.
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { filter, firstValueFrom } from "rxjs";
import { AgainDocument, NewestDocument, ProgramPageDocument } from "./generated/operations.ts";
import type { ProgramPageQuery } from "./generated/operations.ts";
import { endpoint, PAGE_SIZE, print } from "./report.ts";
import type { Surfaced, Walk } from "./report.ts";

type Page = ProgramPageQuery["programs"];

const client = new ApolloClient({
  cache: new InMemoryCache({
    typePolicies: { Query: { fields: { programs: relayStylePagination() } } },
  }),
  link: new HttpLink({ uri: endpoint() }),
});

async function walk(): Promise<Walk> {
  const programs = client.watchQuery({
    query: ProgramPageDocument,
    variables: { first: PAGE_SIZE },
  });
  const onScreen = programs.subscribe(() => undefined); // as long as somebody looks at it
  const shown = programs.pipe(filter((result) => result.dataState === "complete"));
  let page: Page | undefined = (await firstValueFrom(shown)).data.programs;
  const received = page.edges.map((edge) => edge.node.id);
  let pages = 1;
  while (page?.pageInfo.hasNextPage) {
    const after: string | null = page.pageInfo.endCursor;
    page = (await programs.fetchMore({ variables: { after } })).data?.programs;
    received.push(...(page?.edges ?? []).map((edge) => edge.node.id));
    pages += 1;
  }
  const whole = shown.pipe(filter(({ data }) => !data.programs.pageInfo.hasNextPage));
  const joined = (await firstValueFrom(whole)).data.programs;
  onScreen.unsubscribe();
  return {
    pages,
    totalCount: joined.totalCount,
    received,
    cached: joined.edges.map((edge) => edge.node),
  };
}

async function surfaced(asked: Promise<unknown>): Promise<Surfaced> {
  try {
    await asked;
  } catch (error) {
    if (!CombinedGraphQLErrors.is(error)) throw error;
    const [first] = error.errors;
    return { kind: error.name, code: first?.extensions?.["code"], message: first?.message };
  }
  throw new Error("nothing was thrown");
}

const walked = await walk();
const again = await client.query({
  query: AgainDocument,
  variables: { id: walked.received.at(-1) ?? "" },
  fetchPolicy: "network-only",
});
const newest = await client.query({ query: NewestDocument });
print({
  walk: walked,
  node: again.data?.node,
  newest: newest.data?.dataVersion,
  badCursor: await surfaced(
    client.query({
      query: ProgramPageDocument,
      variables: { first: 1, after: "not a cursor" },
      fetchPolicy: "network-only", // the joined pages in the cache would answer any cursor
    }),
  ),
  badDocument: await surfaced(client.query({ query: gql`{ programs { nosuchfield } }` })),
});
client.stop();
