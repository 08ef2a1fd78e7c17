// Runs one candidate in QuickJS: loads its code, makes the calls, reports what came of each.
//
// The protocol is that of `guest.py`. A `LoadRequest` and then `CallRequest`s of `sandbox.wire` come as lines of JSON
// from descriptor 4, until its end; a `CallReport` for each goes as a line of JSON to descriptor 5, with the value as
// `inside.values` encodes it. It reports values and judges nothing.
//
// The candidate shares this interpreter, and may end it or lie by what it returns, but cannot do the harness's part of a
// call in its place: what the harness uses of the language is taken before the candidate is loaded, so that a patched
// prototype changes nothing here; this is one module without exports, whose functions and variables no other code can
// reach; and a report begins with a token that is among them.

import * as os from "qjs:os";
import * as std from "qjs:std";

const REQUESTS = 4, REPORTS = 5, LOADING = -1;
const MAX_TEXT = 2000, MAX_NODES = 50000, MAX_DEPTH = 60, MAX_REPR = 200, NODE_CHARACTERS = 20;
const MODULE = "/tmp/candidate.mjs";

// ---- What the harness uses of the language, as it was before the candidate --------------------------------------

const uncurried = Function.prototype.bind.bind(Function.prototype.call);
const { apply, ownKeys, getOwnPropertyDescriptor: descriptorOf, getPrototypeOf: prototypeOf } = Reflect;
const { isArray } = Array;
const { isInteger, isSafeInteger } = Number;
const { parse, stringify } = JSON;
const { abs, imul } = Math;
const define = Object.defineProperty;
const text = String, number = Number, PromiseType = Promise, ErrorType = Error, indirect = eval;
const cut = uncurried(String.prototype.slice);
const find = uncurried(String.prototype.indexOf);
const wellFormed = uncurried(String.prototype.toWellFormed);
const match = uncurried(RegExp.prototype.exec);
const numberText = uncurried(Number.prototype.toString);
const bigintText = uncurried(BigInt.prototype.toString);
const functionText = uncurried(Function.prototype.toString);
const symbolText = uncurried(Symbol.prototype.toString);
const dateTime = uncurried(Date.prototype.getTime);
const regexpText = uncurried(RegExp.prototype.toString);
const eachOfMap = uncurried(Map.prototype.forEach);
const eachOfSet = uncurried(Set.prototype.forEach);
const sizeOfMap = uncurried(descriptorOf(Map.prototype, "size").get);
const sizeOfSet = uncurried(descriptorOf(Set.prototype, "size").get);
const typedTag = uncurried(descriptorOf(prototypeOf(Uint8Array.prototype), Symbol.toStringTag).get);
const numberValue = uncurried(Number.prototype.valueOf);
const stringValue = uncurried(String.prototype.valueOf);
const booleanValue = uncurried(Boolean.prototype.valueOf);
const then = uncurried(Promise.prototype.then);
const PROTOTYPES = { array: Array.prototype, object: Object.prototype };
const { evalScript, exit, fdopen, writeFile } = std;
const { setTimeout: afterJobs } = os;
const requests = fdopen(REQUESTS, "r"), reports = fdopen(REPORTS, "w");
const [getLine, puts, flush] = ["getline", "puts", "flush"].map((name) => uncurried(requests[name]));
const stdin = std.in, stdout = std.out, stderr = std.err;
const readAll = uncurried(stdin.readAsString);

// ---- Values as data ---------------------------------------------------------------------------------------------

class TooLarge {}

class Encoder {
  #nodes = 0;

  // Return a value as JSON text; throw TooLarge where it has too many parts or is nested too deeply.
  encode(value, depth = 0) {
    this.#weigh(1);
    if (depth > MAX_DEPTH) throw new TooLarge();
    switch (typeof value) {
      case "boolean":
        return value ? "true" : "false";
      case "number":
        return isSafeInteger(value) && (value || 1 / value > 0) ? integer(numberText(value, 16)) : float(value);
      case "bigint":
        return this.#bigint(value);
      case "string":
        return this.#text(value);
      case "object":
        return value === null ? "null" : this.#object(value, depth);
      default:
        return opaque(typeof value, typeof value === "symbol" ? symbolText(value) : shown(value));
    }
  }

  #weigh(nodes) {
    this.#nodes += nodes;
    if (this.#nodes > MAX_NODES) throw new TooLarge();
  }

  #bigint(value) {
    const digits = bigintText(value, 16);
    this.#weigh(digits.length / 2 / NODE_CHARACTERS);
    return integer(digits);
  }

  #text(value) {
    this.#weigh(value.length / NODE_CHARACTERS);
    return stringify(wellFormed(value));
  }

  #object(value, depth) {
    if (isArray(value)) {
      const list = this.#list(value, depth);
      return prototypeOf(value) === PROTOTYPES.array ? list : kept(typeName(value), list);
    }
    const prototype = prototypeOf(value);
    if (prototype === null || prototype === PROTOTYPES.object) return this.#entries(value, depth);
    return this.#builtIn(value, depth) ?? kept(typeName(value), this.#entries(value, depth));
  }

  #list(value, depth) {
    const length = number(value.length);
    if (length > MAX_NODES) throw new TooLarge();
    let items = "";
    for (let at = 0; at < length; at++) items += (at ? "," : "") + this.encode(value[at], depth + 1);
    return `["list",[${items}]]`;
  }

  #entries(value, depth) {
    const keys = ownKeys(value);
    let entries = "", count = 0;
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at], property = typeof key === "string" ? descriptorOf(value, key) : undefined;
      if (!property || !property.enumerable) continue;
      const content = "value" in property ? this.encode(property.value, depth + 1) : opaque("accessor", text(key));
      entries += `${count++ ? "," : ""}[${this.#text(key)},${content}]`;
    }
    return `["dict",[${entries}]]`;
  }

  // Return what a value of a built-in class holds; undefined where it is of the candidate's own.
  #builtIn(value, depth) {
    if (isA(value, types.map, sizeOfMap)) return kept(typeName(value), this.#map(value, depth));
    if (isA(value, types.set, sizeOfSet)) return this.#set(value, depth);
    if (typedTag(value) !== undefined) return kept(typedTag(value), this.#list(value, depth));
    if (isA(value, types.date, dateTime)) return kept("Date", this.encode(dateTime(value), depth + 1));
    if (isA(value, types.number, numberValue)) return kept("Number", this.encode(numberValue(value), depth + 1));
    if (isA(value, types.string, stringValue)) return kept("String", this.#text(stringValue(value)));
    if (isA(value, types.boolean, booleanValue)) return kept("Boolean", this.encode(booleanValue(value)));
    if (isA(value, types.regexp, regexpText)) return kept("RegExp", this.#text(regexpText(value)));
    if (value instanceof types.error) return kept(typeName(value), this.#text(text(value.message)));
    for (let at = 0; at < types.opaque.length; at++)
      if (value instanceof types.opaque[at]) return opaque(typeName(value), "");
    return undefined;
  }

  #map(value, depth) {
    let entries = "", count = 0;
    eachOfMap(value, (content, key) => {
      const pair = `${this.encode(restored(key), depth + 1)},${this.encode(content, depth + 1)}`;
      entries += `${count++ ? "," : ""}["list",[${pair}]]`;
    });
    return `["list",[${entries}]]`;
  }

  // Members without parts can be members of a Python set; others keep their order in a list.
  #set(value, depth) {
    let members = "", count = 0, plain = true;
    eachOfSet(value, (key) => {
      const member = restored(key);
      plain &&= member === null || (typeof member !== "object" && typeof member !== "function");
      members += `${count++ ? "," : ""}${this.encode(member, depth + 1)}`;
    });
    const name = typeName(value);
    const content = plain ? `["set",[${members}]]` : `["list",[${members}]]`;
    return plain && name === "Set" ? content : kept(name, content);
  }
}

const types = {
  map: Map,
  set: Set,
  date: Date,
  number: Number,
  string: String,
  boolean: Boolean,
  regexp: RegExp,
  error: Error,
  opaque: [Promise, WeakMap, WeakSet, WeakRef],
};
const isA = (value, type, read) => value instanceof type && tried(() => read(value)) !== undefined;
const encode = (value) => new Encoder().encode(value);
const opaque = (type, content) => `["opaque",[${stringify(wellFormed(text(type)))},${stringify(wellFormed(content))}]]`;
const kept = (type, content) => `["kept",[${stringify(wellFormed(type))},${content}]]`;
const integer = (digits) => `["int","${digits}"]`;
const shown = (value) => (value === undefined ? "undefined" : cut(functionText(value), 0, MAX_REPR));

function float(value) {
  if (value !== value) return '["float","nan"]';
  if (!isInteger(value) && abs(value) > 1.7976931348623157e308) return `["float","${value < 0 ? "-" : ""}inf"]`;
  return `["float","${value === 0 ? "-0.0" : value}"]`;
}

function tried(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}

// Return the name of the constructor that the prototype of a value names.
function typeName(value) {
  const prototype = prototypeOf(value);
  const constructor = prototype === null ? undefined : ownValue(prototype, "constructor");
  const name = typeof constructor === "function" ? ownValue(constructor, "name") : undefined;
  return typeof name === "string" && name ? cut(name, 0, MAX_REPR) : "Object";
}

function ownValue(object, key) {
  const property = descriptorOf(object, key);
  return property && "value" in property ? property.value : undefined;
}

// ---- Exceptions as data -----------------------------------------------------------------------------------------

// What this interpreter lacks and others have: a circumstance, and no fault of the candidate. The message names it.
class NotAvailableError extends Error {
  name = "NotAvailableError";
}

const ELSEWHERE = new Set([
  ..."AbortController Blob Buffer BroadcastChannel Event EventTarget FormData Headers Intl MessageChannel".split(" "),
  ..."Request Response TextDecoder TextEncoder URL URLSearchParams WebAssembly WebSocket Worker".split(" "),
  ..."XMLHttpRequest atob btoa crypto document fetch localStorage location navigator prompt alert".split(" "),
  ..."sessionStorage structuredClone window Deno Bun".split(" "),
]);
const isElsewhere = uncurried(ELSEWHERE.has).bind(undefined, ELSEWHERE);
const UNKNOWN_MODULE = /^could not load module (?:filename )?'([^']*)'/;
const UNDEFINED_NAME = /^(?:'([^']+)'|(\S+)) is not defined$/;

function describe(error) {
  if (error === null || typeof error !== "object") return raised(typeof error, [typeof error], asText(error), null);
  const bases = [], name = typeName(error);
  for (let at = error, depth = 0; at !== null && depth < 20; at = tried(() => prototypeOf(at)) ?? null, depth++) {
    const base = typeName(at === error ? error : { __proto__: at });
    if (base && base !== "Object" && !isAmong(bases, base)) bases[bases.length] = base;
  }
  const said = asName(error), message = asText(tried(() => error.message));
  if (said && !isAmong(bases, said)) bases[bases.length] = said;
  const unknown = name === "ReferenceError" ? match(UNDEFINED_NAME, message) : null;
  if (unknown && isElsewhere(unknown[1] ?? unknown[2])) return unavailable(unknown[1] ?? unknown[2]);
  const module = name === "ReferenceError" ? match(UNKNOWN_MODULE, message) : null;
  if (module) return unavailable(`the module ${module[1].replace(/^\/tmp\//, "./")}`);
  return raised(name, bases, message, lineOf(error));
}

function unavailable(message) {
  return raised("NotAvailableError", ["NotAvailableError", "Error"], message, null);
}

function raised(type, bases, message, line) {
  let names = "";
  for (let at = 0; at < bases.length; at++) names += (at ? "," : "") + stringify(wellFormed(bases[at]));
  const cutMessage = stringify(wellFormed(cut(message, 0, MAX_TEXT)));
  return `{"type_name":${stringify(wellFormed(type))},"bases":[${names}],"message":${cutMessage},"line":${line}}`;
}

function isAmong(names, wanted) {
  for (let at = 0; at < names.length; at++) if (names[at] === wanted) return true;
  return false;
}

const asText = (value) => tried(() => text(value)) ?? "";
const asName = (error) => {
  const name = tried(() => error.name);
  return typeof name === "string" ? cut(name, 0, MAX_REPR) : "";
};

// Return the innermost line of the candidate that the stack of an error names, or null.
function lineOf(error) {
  const stack = tried(() => error.stack);
  if (typeof stack !== "string") return null;
  FRAME.lastIndex = 0;
  for (let frame = match(FRAME, stack); frame !== null; frame = match(FRAME, stack))
    if (number(frame[1]) <= lines) return number(frame[1]);
  return null;
}

const FRAME = /(?:<evalScript>|\/tmp\/candidate\.mjs):(\d+)/g;
let lines = 0;

// ---- What the candidate finds around it -------------------------------------------------------------------------

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

// Timers run when nothing else is left to do, in the order of their time; none of them waits.
const timers = [];
let timerTime = 0, timerCount = 0;

function addTimer(action, delay, parts, every) {
  const wait = delay >= 1 ? Number(delay) : 1;
  timers.push({ id: ++timerCount, at: timerTime + wait, action, parts, every: every ? wait : 0 });
  return timerCount;
}

function clearTimer(id) {
  const place = timers.findIndex((timer) => timer.id === id);
  if (place >= 0) timers.splice(place, 1);
}

// Run the timer that is due first; return whether there was one.
function runTimer() {
  if (!timers.length) return false;
  let first = 0;
  for (let at = 1; at < timers.length; at++) if (timers[at].at < timers[first].at) first = at;
  const timer = timers[first];
  timerTime = timer.at;
  if (timer.every) timers[first] = { ...timer, id: timer.id, at: timerTime + timer.every };
  else timers.splice(first, 1);
  timer.action(...timer.parts);
  return true;
}

class ProcessExit extends Error {
  name = "ProcessExit";
}

function leave(code = 0) {
  if (!isProgram) throw new ProcessExit(`the code called process.exit(${code})`);
  flush(stdout);
  exit(Number(code));
}

let input;
const readInput = () => (input ??= readAll(stdin));

// Sends what it is given to listeners, once all of the program's own statements have run.
class Emitter {
  #listeners = {};

  on(name, listener) {
    (this.#listeners[name] ??= []).push(listener);
    this.listening?.(name);
    return this;
  }

  emit(name, ...parts) {
    for (const listener of this.#listeners[name] ?? []) listener.apply(this, parts);
    return Boolean(this.#listeners[name]);
  }

  addListener(name, listener) {
    return this.on(name, listener);
  }

  once(name, listener) {
    return this.on(name, listener);
  }
}

class Input extends Emitter {
  fd = 0;
  isTTY = false;
  #sent = false;
  #unread = true;

  listening(name) {
    if (this.#sent || !["data", "end", "readable"].includes(name)) return;
    this.#sent = true;
    addTimer(() => this.#send(), 0, []);
  }

  #send() {
    this.emit("readable");
    if (readInput()) this.emit("data", readInput());
    this.emit("end");
    this.emit("close");
  }

  read() {
    const content = this.#unread ? readInput() : "";
    this.#unread = false;
    return content || null;
  }

  setEncoding() {
    return this;
  }

  resume() {
    return this;
  }

  pause() {
    return this;
  }

  async *[Symbol.asyncIterator]() {
    if (readInput()) yield readInput();
  }
}

class LineReader extends Emitter {
  #lines = readInput().replace(/\r?\n$/, "").split(/\r?\n/);
  #closed = false;
  #started = false;
  #questions = [];

  constructor() {
    super();
    if (!readInput()) this.#lines = [];
  }

  listening(name) {
    if (!["line", "close"].includes(name)) return;
    this.#start();
  }

  #start() {
    if (this.#started) return;
    this.#started = true;
    addTimer(() => this.#send(), 0, []);
  }

  #send() {
    while (this.#lines.length && !this.#closed) {
      const answer = this.#questions.shift();
      const line = this.#lines.shift();
      if (answer) answer(line);
      else this.emit("line", line);
    }
    if (!this.#closed) this.close();
  }

  question(words, ...rest) {
    write(String(words));
    this.#questions.push(rest.at(-1));
    this.#start();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.emit("close");
  }

  prompt() {}
  setPrompt() {}
  pause() {}
  resume() {}

  async *[Symbol.asyncIterator]() {
    while (this.#lines.length) yield this.#lines.shift();
  }
}

const output = { isTTY: false, fd: 1, write: (content) => (write(String(content)), true) };
const process = {
  argv: ["node", "/candidate.js"],
  env: {},
  platform: "linux",
  version: "v22.0.0",
  versions: {},
  stdin: new Input(),
  stdout: output,
  stderr: { isTTY: false, fd: 2, write: (content) => (logErrorText(String(content)), true) },
  exit: leave,
  cwd: () => "/",
  on: () => process,
  once: () => process,
  uptime: () => performance.now() / 1000,
  hrtime: Object.assign(() => [0, 0], { bigint: () => 0n }),
  memoryUsage: () => ({ heapUsed: 0, heapTotal: 0, rss: 0 }),
  nextTick: (action, ...parts) => queueMicrotask(() => action(...parts)),
};
const logErrorText = (content) => isProgram && puts(stderr, content);

const fs = {
  readFileSync(path, options) {
    if (path !== 0 && path !== "/dev/stdin") throw missingFile(path);
    const content = readInput();
    return options ? content : { length: content.length, toString: () => content };
  },
  writeSync: (descriptor, content) => writeTo(descriptor, String(content)),
  writeFileSync: (path, content) => writeTo({ "/dev/stdout": 1, "/dev/stderr": 2 }[path] ?? path, String(content)),
  existsSync: (path) => path === "/dev/stdin",
};

function missingFile(path) {
  return Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: "ENOENT" });
}

function writeTo(descriptor, content) {
  if (descriptor === 1) write(content);
  else if (descriptor === 2) logErrorText(content);
  else throw missingFile(descriptor);
  return content.length;
}

const readline = { createInterface: () => new LineReader() };
const MODULES = { __proto__: null, fs, readline, process };

function require(name) {
  const found = MODULES[String(name).replace(/^node:/, "")];
  if (!found) throw new NotAvailableError(`the module ${name}`);
  return found;
}

// Return a number with its thousands marked, as the default of other interpreters has it.
function toLocaleString(locales, options) {
  const value = numberValue(this);
  const plain = options === undefined && (locales === undefined || /^en(-US)?$/.test(locales));
  if (!plain || !Number.isFinite(value) || abs(value) >= 1e21) throw new NotAvailableError("locales");
  const [whole, part = ""] = abs(value).toFixed(3).split(".");
  const fraction = part.replace(/0+$/, "");
  const sign = value < 0 && Number(`${whole}.${fraction || 0}`) ? "-" : "";
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction ? `.${fraction}` : "");
}

// The order of ASCII characters in Unicode's root collation; letters differ by case only where nothing else does.
const COLLATION = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";

function localeCompare(that, locales, options) {
  const [one, other] = [stringValue(this), String(that)];
  if (options !== undefined || /[^ -~]/.test(one + other)) {
    if (one === other) return 0;
    throw new NotAvailableError("the collation of locales");
  }
  const ranks = (word) => [...word.toLowerCase()].map((character) => COLLATION.indexOf(character));
  const [left, right] = [ranks(one), ranks(other)];
  for (let at = 0; at < Math.min(left.length, right.length); at++)
    if (left[at] !== right[at]) return left[at] < right[at] ? -1 : 1;
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return one === other ? 0 : one > other ? -1 : 1;
}

// A generator that starts anew with every call, so that equal calls see equal numbers.
let randomState = 1;

function random() {
  randomState = (randomState + 0x6d2b79f5) | 0;
  let mixed = imul(randomState ^ (randomState >>> 15), 1 | randomState);
  mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

// ---- Maps and Sets of numbers -------------------------------------------------------------------------------------

// This interpreter puts all whole numbers into one bucket of its hash tables, so that a Set of n numbers costs n² where
// others need n. Numbers are therefore stored as what it hashes well: whole ones times an irrational number, all others
// as symbols.
const SPREAD = 0.6180339887498949, MARK = "\0number:";
const { round } = Math;
const symbolFor = Symbol.for, nameOfSymbol = Symbol.keyFor;

// Return how a number that is no whole one of 32 bits is stored; one that is gets multiplied where it stands.
const stored = (number) => symbolFor(MARK + number);

function restored(key) {
  if (typeof key === "number") return round(key / SPREAD);
  if (typeof key !== "symbol") return key;
  const name = nameOfSymbol(key);
  return name !== undefined && find(name, MARK) === 0 ? number(cut(name, MARK.length)) : key;
}

// The methods of the interpreter under names of their own, by which calling them costs least.
const NATIVE = {};
for (const name of ["add", "get", "set", "has", "delete"]) {
  NATIVE[name] = Symbol(name);
  for (const type of [Map, Set])
    if (type.prototype[name])
      define(type.prototype, NATIVE[name], { value: type.prototype[name], writable: false, configurable: false });
}
const { add: ADD, get: GET, set: SET, has: HAS, delete: DELETE } = NATIVE;
const keysOfMap = uncurried(Map.prototype.keys), entriesOfMap = uncurried(Map.prototype.entries);
const valuesOfSet = uncurried(Set.prototype.values), entriesOfSet = uncurried(Set.prototype.entries);
const nextInMap = uncurried(prototypeOf(new Map().keys()).next);
const nextInSet = uncurried(prototypeOf(new Set().keys()).next);
const collectionIterator = { __proto__: Iterator.prototype };

function restoring(inner, next, restore) {
  return {
    __proto__: collectionIterator,
    next() {
      const step = next(inner);
      if (!step.done) step.value = restore(step.value);
      return step;
    },
  };
}

const restoredEntry = (entry) => [restored(entry[0]), entry[1]];
const restoredPair = (entry) => [restored(entry[0]), restored(entry[1])];

const mapMethods = {
  get(key) {
    return this[GET](typeof key === "number" ? ((key | 0) === key ? key * SPREAD : stored(key)) : key);
  },
  set(key, value) {
    return this[SET](typeof key === "number" ? ((key | 0) === key ? key * SPREAD : stored(key)) : key, value);
  },
  has(key) {
    return this[HAS](typeof key === "number" ? ((key | 0) === key ? key * SPREAD : stored(key)) : key);
  },
  delete(key) {
    return this[DELETE](typeof key === "number" ? ((key | 0) === key ? key * SPREAD : stored(key)) : key);
  },
  forEach(action, that) {
    eachOfMap(this, (value, key) => apply(action, that, [value, restored(key), this]));
  },
  keys() {
    return restoring(keysOfMap(this), nextInMap, restored);
  },
  entries() {
    return restoring(entriesOfMap(this), nextInMap, restoredEntry);
  },
};

const setMethods = {
  add(key) {
    return this[ADD](typeof key === "number" ? ((key | 0) === key ? key * SPREAD : stored(key)) : key);
  },
  has(key) {
    return this[HAS](typeof key === "number" ? ((key | 0) === key ? key * SPREAD : stored(key)) : key);
  },
  delete(key) {
    return this[DELETE](typeof key === "number" ? ((key | 0) === key ? key * SPREAD : stored(key)) : key);
  },
  forEach(action, that) {
    eachOfSet(this, (key) => apply(action, that, [restored(key), restored(key), this]));
  },
  values() {
    return restoring(valuesOfSet(this), nextInSet, restored);
  },
  entries() {
    return restoring(entriesOfSet(this), nextInSet, restoredPair);
  },
  union(other) {
    return new Set([...this, ...other.keys()]);
  },
  intersection(other) {
    return new Set([...this].filter((key) => other.has(key)));
  },
  difference(other) {
    return new Set([...this].filter((key) => !other.has(key)));
  },
  symmetricDifference(other) {
    return new Set([...this.difference(other), ...[...other.keys()].filter((key) => !this.has(key))]);
  },
  isSubsetOf(other) {
    return [...this].every((key) => other.has(key));
  },
  isSupersetOf(other) {
    return [...other.keys()].every((key) => this.has(key));
  },
  isDisjointFrom(other) {
    return ![...this].some((key) => other.has(key));
  },
};

function groupBy(items, keyOf) {
  const groups = new Map();
  let at = 0;
  for (const item of items) {
    const key = keyOf(item, at++);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function spreadNumbers() {
  install(Map.prototype, { ...mapMethods, [Symbol.iterator]: mapMethods.entries });
  install(Set.prototype, { ...setMethods, keys: setMethods.values, [Symbol.iterator]: setMethods.values });
  install(Map, { groupBy });
  for (const name of ["getOrInsert", "getOrInsertComputed"]) delete Map.prototype[name];
}

function install(target, members) {
  for (const name of ownKeys(members))
    define(target, name, { value: members[name], writable: true, enumerable: false, configurable: true });
}

function prepareGlobals() {
  for (const name of ["scriptArgs", "execArgv", "argv0", "gc", "navigator", "std", "os", "bjson"])
    delete globalThis[name];
  install(globalThis, { console, process, print: log, global: globalThis });
  install(globalThis, {
    setTimeout: (action, delay, ...parts) => addTimer(action, delay, parts, false),
    setInterval: (action, delay, ...parts) => addTimer(action, delay, parts, true),
    setImmediate: (action, ...parts) => addTimer(action, 0, parts, false),
    clearTimeout: clearTimer,
    clearInterval: clearTimer,
    clearImmediate: clearTimer,
  });
  install(Math, { random });
  install(Number.prototype, { toLocaleString });
  // A hook for stack traces would be given the functions of the harness.
  define(ErrorType, "prepareStackTrace", { value: undefined, writable: false, configurable: false });
  install(String.prototype, { localeCompare });
  spreadNumbers();
}

// ---- Loading and calling ----------------------------------------------------------------------------------------

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

// Count the jobs of our own that run until a timer of the interpreter's goes off. Between two of its timers it runs a
// fixed number of jobs: where all of them were ours, no other was left.
const countOwnJobs = () =>
  new PromiseType((resolve) =>
    afterJobs(() => {
      let own = 0, isOver = false;
      const job = () => {
        own++;
        if (!isOver) then(READY, job);
      };
      then(READY, job);
      afterJobs(() => {
        isOver = true;
        resolve(own);
      }, 0);
    }, 0),
  );
const READY = PromiseType.resolve();
const FEW_TURNS = 100;
let jobsBetweenTimers = 0;

const isIdle = async () => (await countOwnJobs()) === jobsBetweenTimers;

// Give way to other jobs a number of times, or until there is no need to.
async function giveWay(turns, isOver) {
  for (let turn = 0; turn < turns && !isOver(); turn++) await undefined;
}

// Run jobs and timers until `isOver`; return false where nothing is left to run before.
async function runUntil(isOver) {
  for (let turns = FEW_TURNS; ; ) {
    await giveWay(turns, isOver);
    if (isOver()) return true;
    if (!(await isIdle())) turns *= 2;
    else if (isOver()) return true;
    else if (!runTimer()) return false;
    else turns = FEW_TURNS;
  }
}

// Wait until a value that is promised has come, running jobs and timers; what never comes is an error.
async function settled(value) {
  let state = "pending", result;
  then(
    PromiseType.resolve(value),
    (come) => ((state = "fulfilled"), (result = come)),
    (error) => ((state = "rejected"), (result = error)),
  );
  if (!(await runUntil(() => state !== "pending"))) throw new ErrorType("the promise is never settled");
  if (state === "rejected") throw result;
  return result;
}

const come = async (value) => [isPromised(value) ? await settled(value) : value];
const isPromised = (value) =>
  value instanceof PromiseType ||
  (value !== null && typeof value === "object" && typeof tried(() => value.then) === "function");

let token = "";

function report(line) {
  puts(reports, `${token}${line}\n`);
  flush(reports);
}

// Do something of the candidate's, whose result comes in a list, and report how it ended; `wasMutated` says whether
// arguments were changed.
async function attempt(index, action, wasMutated = () => null) {
  printed = "";
  let ended = "returned", value = "null", error = "null";
  try {
    const result = await action();
    if (index !== LOADING) value = encode(result[0]);
  } catch (thrown) {
    ended = thrown instanceof TooLarge ? "too large" : "raised";
    if (ended === "raised") error = thrown instanceof NotAvailableError ? unavailable(thrown.message) : describe(thrown);
  }
  const mutated = wasMutated();
  report(
    `{"call":${index},"ended":"${ended}","value":${ended === "returned" ? value : null},"raised":${error},` +
      `"stdout":${stringify(wellFormed(printed))},"mutated":${mutated}}`,
  );
  return ended === "returned";
}

const encodedOrNull = (value) => {
  try {
    return encode(value);
  } catch {
    return null;
  }
};

async function call(index, source, isMeasured) {
  randomState = 1;
  const name = match(/^\s*([A-Za-z_$][\w$]*)\s*\(/, source);
  if (name && isName(name[1])) tried(() => resolve(name[1]));
  const plain = prepared(source);
  if (!plain) {
    await attempt(index, () => come(evaluateInside(source)));
    return;
  }
  const before = isMeasured ? null : encodedOrNull(plain[1]);
  await attempt(index, () => come(apply(plain[0], undefined, plain[1])), () =>
    before === null ? null : encodedOrNull(plain[1]) !== before,
  );
}

// Run the code as a program until nothing is left to do; an exception ends it with status 1, as in other interpreters.
async function runProgram(code) {
  try {
    await come(load(code));
    await runUntil(() => false);
  } catch (error) {
    flush(stdout);
    puts(stderr, `Uncaught ${error instanceof ErrorType ? `${error}\n${asText(error.stack)}` : asText(error)}\n`);
    exit(1);
  }
  flush(stdout);
}

function nextRequest() {
  const line = getLine(requests);
  return line === null ? null : parse(line);
}

async function main() {
  prepareGlobals();
  jobsBetweenTimers = await countOwnJobs();
  const job = nextRequest();
  if (job === null) return;
  isProgram = job.program === true;
  token = job.token;
  if (isProgram) {
    await runProgram(job.code);
    return;
  }
  if (!(await attempt(LOADING, () => come(load(job.code))))) return;
  for (let request = nextRequest(); request !== null; request = nextRequest())
    await call(request.index, request.source, job.measured);
}

await main();
