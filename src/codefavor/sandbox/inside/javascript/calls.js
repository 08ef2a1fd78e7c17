// Does what is asked for, and reports what came of it.

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
