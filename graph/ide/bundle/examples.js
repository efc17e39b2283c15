// The panel that greets: what the data are, every example one click away, and how to page and filter.
import { createElement as h } from "react";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";

function Icon() {
  const stroke = { fill: "none", stroke: "currentColor", strokeWidth: 1.5, strokeLinecap: "round" };
  return h(
    "svg",
    { viewBox: "0 0 24 24", height: "1em", "aria-hidden": true, ...stroke },
    h("path", { d: "M9 17.5v-1c0-1-.6-1.9-1.3-2.7a6 6 0 1 1 8.6 0c-.7.8-1.3 1.7-1.3 2.7v1z" }),
    h("path", { d: "M9.5 20.5h5" }),
  );
}

// Text whose odd pieces between backticks are code.
function Prose({ text }) {
  return text.split("`").map((piece, at) => (at % 2 ? h("code", { key: at }, piece) : piece));
}

function Example({ example, open }) {
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", className: "residency-example", onClick: () => open(example) },
      h("span", { className: "residency-example-title" }, example.title),
      h("span", { className: "residency-example-text" }, example.description),
    ),
  );
}

// Opens an example in the tab that already holds it, else in a new one.
function useOpenExample() {
  const { addTab, changeTab, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL((state) => state);
  return ({ query, variables }) => {
    const existing = tabs.findIndex((tab) => tab.query?.endsWith(query));
    if (existing >= 0) {
      changeTab(existing);
      return;
    }
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    // The tab hears of it a moment later, and would be empty for those who go on at once.
    updateActiveTabValues({ query, variables });
  };
}

function Paragraph({ text }) {
  return h("p", null, h(Prose, { text }));
}

export function examplesPlugin({ examples, notice, guide }) {
  const [opening, ...rest] = guide;
  function Panel() {
    const open = useOpenExample();
    return h(
      "section",
      { className: "residency-panel", "aria-label": "Examples" },
      h("div", { className: "graphiql-doc-explorer-title" }, "Welcome"),
      notice && h("p", { className: "residency-notice" }, notice),
      h(Paragraph, { text: opening }),
      h("h2", null, "Examples"),
      h(
        "ul",
        null,
        examples.map((example) => h(Example, { key: example.title, example, open })),
      ),
      rest.length > 0 && h("h2", null, "How to ask"),
      rest.map((text) => h(Paragraph, { key: text, text })),
    );
  }
  return { title: "Examples", icon: Icon, content: Panel };
}
