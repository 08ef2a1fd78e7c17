// The harness that runs one candidate in QuickJS: it loads its code, makes the calls, reports what came of each. The
// files of this folder are its parts; `wasm/javascript_runtime.py` joins them to one module, this one being the first.
//
// The protocol is that of `inside/guest.py`. A `LoadRequest` and then `CallRequest`s of `sandbox.wire` come as lines of
// JSON from descriptor 4, until its end; a `CallReport` for each goes as a line of JSON to descriptor 5, with the value
// as `inside/values.py` encodes it. It reports values and judges nothing.
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

// What the harness uses of the language, as it was before the candidate.
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
