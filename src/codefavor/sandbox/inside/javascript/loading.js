// Loads the candidate and finds its functions.

const modules = { exports: {} };
let evaluateInside = indirect;

// Load the code as a CommonJS module, or as an ES module where it is written as one; its own names stay in reach.
async function load(code) {
  const source = cut(code, 0, 2) === "#!" ? `//${code}` : code;
  lines = source.split("\n").length;
  const head = "(function (exports, require, module, __filename, __dirname) {";
  let body;
  try {
    body = evalScript(`${head}${source}\n;return (source) => eval(source); })`, { backtrace_barrier: true });
  } catch (error) {
    if (!match(/(?:^|[;}\n])\s*(?:export|import|await|for\s+await)\b|[=(]\s*await\b/, source)) throw error;
    await loadModule(source);
    return;
  }
  const inside = apply(body, modules.exports, [modules.exports, require, modules, "/candidate.js", "/"]);
  if (typeof inside === "function") evaluateInside = inside;
}

async function loadModule(source) {
  const known = source.replace(IMPORTS, replacedImport);
  install(globalThis, { [HOOK]: (inside) => (evaluateInside = inside), require });
  writeFile(MODULE, `${known}\n;globalThis[${stringify(HOOK)}]((source) => eval(source));`);
  const namespace = await import(MODULE);
  delete globalThis[HOOK];
  modules.exports = namespace;
}

const HOOK = "__inside";
const IMPORTS = /^([ \t]*)import\s+(?:([\w$]+)\s*,?\s*)?(?:\*\s+as\s+([\w$]+)\s+|(\{[^}]*\})\s*)?(?:from\s*)?(["'])([^"'\n]+)\5;?/gm;

// Return an import statement as the `require` that it amounts to: only modules of `MODULES` can be imported.
function replacedImport(_statement, indent, byDefault, all, some, _quote, name) {
  const module = `require(${stringify(name)})`;
  const names = [byDefault, all, some && some.replace(/\bas\b/g, ":").replace(/\bdefault\s*:/g, "default:")];
  const parts = names.filter(Boolean).map((target) => `const ${target.replace(/\n/g, " ")} = ${module};`);
  const lines = _statement.split("\n").length - 1;
  return indent + (parts.length ? parts.join(" ") : `${module};`) + "\n".repeat(lines);
}

const isName = (name) => match(/^[A-Za-z_$][\w$]*$/, name) !== null;

// Make what the candidate exports callable by name, where the name is not one of its own.
function resolve(name) {
  if (evaluateInside(`typeof ${name}`) !== "undefined") return;
  const exported = modules.exports;
  let found = exported?.[name];
  if (found === undefined) found = typeof exported === "function" ? exported : exported?.default;
  if (typeof found === "function") install(globalThis, { [name]: found });
}

// Return a call as a function and its arguments where the source is a plain call, so that changed arguments are seen.
function prepared(source) {
  const call = match(/^\s*([A-Za-z_$][\w$]*)\s*\(([\s\S]*)\)\s*;?\s*$/, source);
  if (!call || call[1] === "function" || call[1] === "typeof" || call[1] === "async") return undefined;
  // What is JSON is read as such: that takes a quarter of the work of parsing it as source.
  // What does not use the candidate's own names is not read by an `eval` that may be the candidate's.
  const read = () =>
    tried(() => parse(`[${call[2]}]`)) ?? tried(() => indirect(`[${call[2]}\n]`)) ?? evaluateInside(`[${call[2]}\n]`);
  const parts = tried(() => [evaluateInside(call[1]), read()]);
  return parts && typeof parts[0] === "function" && isArray(parts[1]) ? parts : undefined;
}
