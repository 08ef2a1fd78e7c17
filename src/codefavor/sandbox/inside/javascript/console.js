// What the candidate prints, as consoles show it.

let printed = "", isProgram = false;

function write(content) {
  if (isProgram) puts(stdout, content);
  else if (printed.length < MAX_TEXT) printed += cut(content, 0, MAX_TEXT - printed.length);
}

// Return a value as consoles print it, on one line.
function inspect(value, depth = 0, seen = new Set()) {
  if (typeof value === "string") return depth ? quoted(value) : value;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[${typeName(value)}${value.name ? `: ${value.name}` : " (anonymous)"}]`;
  if (typeof value === "number" && Object.is(value, -0)) return "-0";
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof Error) return value.stack && depth === 0 ? `${value}\n${value.stack.trimEnd()}` : `[${value}]`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof RegExp || value instanceof Promise) return value instanceof RegExp ? String(value) : "Promise {}";
  if (seen.has(value)) return "[Circular *1]";
  const name = prototypeOf(value) === null ? "[Object: null prototype]" : typeName(value);
  if (depth > 2) return Array.isArray(value) ? "[Array]" : `[${name}]`;
  return inspectParts(value, name, (part) => inspect(part, depth + 1, new Set(seen).add(value)));
}

function inspectParts(value, name, inner) {
  const list = (items, length = items.length) =>
    length > 100 ? [...items, `... ${length - 100} more item${length > 101 ? "s" : ""}`] : items;
  const braced = (prefix, open, parts, close) =>
    prefix + (parts.length ? `${open} ${parts.join(", ")} ${close}` : open + close);
  if (Array.isArray(value)) {
    const items = list(value.slice(0, 100).map((item) => inner(item)), value.length);
    return braced(name === "Array" ? "" : `${name}(${value.length}) `, "[", items, "]");
  }
  if (ArrayBuffer.isView(value)) return braced(`${name}(${value.length}) `, "[", [...value].map((item) => inner(item)), "]");
  if (value instanceof Map)
    return braced(`${name}(${value.size}) `, "{", [...value].map(([key, item]) => `${inner(key)} => ${inner(item)}`), "}");
  if (value instanceof Set) return braced(`${name}(${value.size}) `, "{", [...value].map((item) => inner(item)), "}");
  const parts = Object.keys(value).map((key) => {
    const property = descriptorOf(value, key);
    const shownKey = /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
    return `${shownKey}: ${property && property.get ? "[Getter]" : inner(value[key])}`;
  });
  return braced(name === "Object" ? "" : `${name} `, "{", parts, "}");
}

function quoted(value) {
  const escaped = stringify(value).slice(1, -1).replace(/\\"/g, '"');
  if (!value.includes("'")) return `'${escaped}'`;
  return value.includes('"') ? `'${escaped.replace(/'/g, "\\'")}'` : `"${escaped}"`;
}

function formatted(first, ...rest) {
  if (typeof first !== "string" || !first.includes("%")) return [first, ...rest].map((part) => inspect(part)).join(" ");
  const start = first.replace(/%[sdifjoOc%]/g, (mark) => {
    if (mark === "%%") return "%";
    if (!rest.length) return mark;
    const value = rest.shift();
    if (mark === "%d") return String(Number(value));
    if (mark === "%i") return String(parseInt(value, 10));
    if (mark === "%f") return String(parseFloat(value));
    if (mark === "%j") return stringify(value);
    return mark === "%c" ? "" : mark === "%s" ? inspect(value) : inspect(value, 1);
  });
  return [start, ...rest.map((part) => inspect(part))].join(" ");
}

const log = (...parts) => write(`${parts.length ? formatted(...parts) : ""}\n`);
const logError = (...parts) => isProgram && puts(stderr, `${formatted(...parts)}\n`);
const console = { log, info: log, debug: log, dir: (value) => log(value), table: (value) => log(value) };
Object.assign(console, { error: logError, warn: logError, trace: logError });
Object.assign(console, { assert: (held, ...parts) => held || logError("Assertion failed", ...parts) });
for (const name of ["time", "timeEnd", "timeLog", "group", "groupEnd", "count"]) console[name] = () => {};
