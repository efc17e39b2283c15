// The audits of graphql-http, the reference implementation of GraphQL over HTTP: every one of them
// against a running server. Prints {id, name, status, reason} of each as one line of JSON.
import { serverAudits } from "graphql-http";
import { endpoint } from "./report.ts";

const audits = serverAudits({ url: endpoint(), fetchFn: fetch });
const results = [];
for (const audit of audits) {
  const result = await audit.fn();
  const reason = result.status === "ok" ? null : result.reason;
  results.push({ id: audit.id, name: audit.name, status: result.status, reason });
}
console.log(JSON.stringify(results));
