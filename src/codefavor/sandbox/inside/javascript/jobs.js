// Runs jobs and timers until something has come, or nothing is left.

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
