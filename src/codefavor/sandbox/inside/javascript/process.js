// `process`, and the modules that can be required.

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
