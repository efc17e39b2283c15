// What each client's program prints for the tests to read, as one line of JSON.

/** A walk over all pages: the ids in the order received, and the rows that the cache then has. */
export interface Walk {
  pages: number;
  totalCount: number;
  received: readonly string[];
  cached: readonly { readonly id: string }[];
}

/** An error as the client hands it to the one who calls: its class, and what the server said. */
export interface Surfaced {
  kind: string;
  code: unknown;
  message: string | undefined;
}

export const PAGE_SIZE = 7;

/** The address of the graph, from the program's only argument. */
export function endpoint(): string {
  const address = process.argv[2];
  if (address === undefined) throw new Error("give the server's address");
  return new URL("/graphql", address).href;
}

export function print(report: Record<string, unknown>): void {
  console.log(JSON.stringify(report));
}
