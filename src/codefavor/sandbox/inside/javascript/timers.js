// Timers, and the end of a program.

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
