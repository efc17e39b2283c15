// GraphiQL with the explorer, a panel of examples and our own name on it. Everything that differs
// from page to page comes from the JSON that graph/ide/page.py puts into the document.
import "./nonce.js"; // first: the editor makes style elements while it loads
import { createElement as h, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { parse } from "graphql";
import { config } from "./config.js";
import { examplesPlugin } from "./examples.js";
import { namespacedStorage } from "./storage.js";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./main.css";

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(config.workers[label] ?? config.workers.editor),
};

const url = new URL(config.endpoint, location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol === "https:" ? "wss:" : "ws:";

const send = createGraphiQLFetcher({ url: url.href, subscriptionUrl: subscriptionUrl.href });

// For a moment after a change of tabs GraphiQL still holds the former tab's operation name and
// document; a server rightly refuses a name that the document does not have, and subscriptions go
// another way than queries. So both are read from the text that is sent.
function fetcher({ operationName, ...request }, options) {
  const document = parsed(request.query);
  const operation = document && operationIn(document, operationName);
  const name = operation?.name?.value;
  return send(name ? { ...request, operationName: name } : request, {
    ...options,
    documentAST: document ?? options?.documentAST,
  });
}

function parsed(query) {
  try {
    return parse(query);
  } catch {
    return undefined; // the server says what is wrong with it
  }
}

function operationIn(document, name) {
  const operations = document.definitions.filter(({ kind }) => kind === "OperationDefinition");
  const named = operations.find((operation) => operation.name?.value === name);
  return named ?? (operations.length === 1 ? operations[0] : undefined);
}

const examples = examplesPlugin(config);
const explorer = explorerPlugin({ showAttribution: false });

function Logo() {
  return h(
    "div",
    { className: "residency-logo" },
    h("span", { className: "residency-name" }, "Residency Graph"),
    config.notice && h("span", { className: "residency-badge", title: config.notice }, "Sample data"),
  );
}

function Page() {
  useEffect(() => {
    document.documentElement.dataset.ready = "true";
  }, []);
  return h(
    GraphiQL,
    {
      defaultEditorToolsVisibility: "variables",
      defaultTabs: config.tabs,
      fetcher,
      plugins: [examples, explorer, HISTORY_PLUGIN],
      referencePlugin: DOC_EXPLORER_PLUGIN,
      shouldPersistHeaders: false, // a header may hold a token
      showPersistHeadersSettings: false,
      storage: namespacedStorage(config.storageKey),
      visiblePlugin: examples,
    },
    h(GraphiQL.Logo, null, h(Logo)),
  );
}

createRoot(document.getElementById("graphiql")).render(h(Page));
