// Values as data, in the form that `inside/values.py` decodes.

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
