// Puts around the candidate what it finds there.

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
