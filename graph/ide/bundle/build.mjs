// Bundles GraphiQL and its three workers into the folder given as the only argument, and prints
// which file plays which role as one line of JSON. The same inputs give the same bytes and the
// same names, so the outputs are pinned by hash in assets.lock.json.
import { basename } from "node:path";
import { build } from "esbuild";

const [outdir] = process.argv.slice(2);
const shared = {
  assetNames: "[name]-[hash]",
  bundle: true,
  charset: "utf8",
  chunkNames: "chunk-[hash]",
  define: { "process.env.NODE_ENV": '"production"' },
  entryNames: "[name]-[hash]",
  legalComments: "none",
  loader: { ".ttf": "file" },
  logLevel: "error",
  metafile: true,
  minify: true,
  outdir,
  target: "es2022",
};

const page = await build({
  ...shared,
  entryPoints: { graphiql: "main.js" },
  format: "esm",
  splitting: true, // the editor's code arrives after the first paint
});
const workers = await build({
  ...shared,
  entryPoints: {
    editor: "monaco-editor/esm/vs/editor/editor.worker.js",
    graphql: "monaco-graphql/esm/graphql.worker.js",
    json: "monaco-editor/esm/vs/language/json/json.worker.js",
  },
  format: "iife", // classic workers: one file each, nothing to resolve at run time
});

const roles = {};
for (const [path, output] of Object.entries({
  ...page.metafile.outputs,
  ...workers.metafile.outputs,
})) {
  const name = basename(path);
  if (output.entryPoint === "main.js") {
    roles[name] = "script";
    roles[basename(output.cssBundle)] = "style";
  } else if (output.entryPoint?.includes("worker")) {
    roles[name] = `worker:${name.split("-")[0]}`;
  } else if (name.endsWith(".css")) {
    roles[name] ??= "unused"; // styles of late code: the page's one style sheet holds them already
  } else {
    roles[name] = "part";
  }
}
const wanted = Object.entries(roles).filter(([, role]) => role !== "unused");
console.log(JSON.stringify(Object.fromEntries(wanted)));
