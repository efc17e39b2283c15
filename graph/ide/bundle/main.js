// GraphiQL with the explorer, a panel of examples and our own name on it. Everything that differs
// from page to page comes from the JSON that graph/ide/page.py puts into the document.
import "./nonce.js"; // first: the editor makes style elements while it loads
import { createElement as h, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
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

// For a moment after a change of tabs GraphiQL still holds the former tab's operation name; a
// server rightly refuses a name that the document does not have.
function fetcher({ operationName, ...request }, options) {
  const named = new RegExp(`\\b(query|mutation|subscription)\\s+${operationName}\\b`);
  return send(named.test(request.query) ? { ...request, operationName } : request, options);
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
