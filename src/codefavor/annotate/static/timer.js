// Counts the time that the page is in view. A step longer than LONGEST_STEP means that the machine slept or the page was
// frozen without notice; no more than that is counted for it.
const LONGEST_STEP = 5000;

export class Timer {
  #milliseconds = 0;
  #running = false;
  #last = 0;
  #onTick;

  constructor(onTick) {
    this.#onTick = onTick;
    document.addEventListener("visibilitychange", () => this.#step(document.visibilityState === "hidden"));
    setInterval(() => this.#step(false), 1000);
  }

  get seconds() {
    return Math.round(this.#milliseconds) / 1000;
  }

  start(seconds) {
    this.#milliseconds = seconds * 1000;
    this.#last = performance.now();
    this.#running = true;
    this.#onTick(this.seconds);
  }

  stop() {
    this.#step(false);
    this.#running = false;
    return this.seconds;
  }

  // Adds what passed since the last step if the page was in view, which it was when it has just been hidden.
  #step(justHidden) {
    const now = performance.now();
    const counts = this.#running && (justHidden || (document.visibilityState === "visible" && this.#seen));
    if (counts) this.#milliseconds += Math.min(now - this.#last, LONGEST_STEP);
    this.#seen = document.visibilityState === "visible";
    this.#last = now;
    if (this.#running) this.#onTick(this.seconds);
  }

  #seen = document.visibilityState === "visible";
}
