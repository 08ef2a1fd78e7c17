// Exceptions as data, and what this interpreter lacks.

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
