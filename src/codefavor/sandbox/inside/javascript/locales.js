// What other interpreters do by the default locale; and chance.

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
