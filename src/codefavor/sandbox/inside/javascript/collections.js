// Maps and Sets of numbers.

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
