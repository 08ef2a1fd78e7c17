// Answers on their way: kept in the browser's storage until the server acknowledges them, and sent again with the same
// key, so that neither a closed page nor a dead server loses one or counts it twice.
const RETRY = 1000;
const LONGEST_RETRY = 10000;
const PATIENCE = 15000;

export class Outbox {
  #place;
  #formToken;
  #onState;
  #onTrouble;
  #sending = false;
  #delay = RETRY;

  constructor(place, formToken, { onState, onTrouble }) {
    this.#place = place;
    this.#formToken = formToken;
    this.#onState = onState;
    this.#onTrouble = onTrouble;
  }

  open() {
    this.#send();
  }

  add(answer) {
    this.#save([...this.#answers(), answer]);
    this.#send();
  }

  #answers() {
    return JSON.parse(localStorage.getItem(this.#place) ?? "[]");
  }

  #save(answers) {
    localStorage.setItem(this.#place, JSON.stringify(answers));
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      let state = null;
      for (let answer = this.#answers()[0]; answer; answer = this.#answers()[0]) {
        state = await this.#request("/api/answer", { method: "POST", body: JSON.stringify(answer) }, answer);
        this.#save(this.#answers().filter((each) => each.key !== answer.key));
      }
      state ??= await this.#request("/api/task", {});
      this.#delay = RETRY;
      this.#onState(state);
    } catch (trouble) {
      this.#later(trouble);
    } finally {
      this.#sending = false;
    }
  }

  async #request(address, options, answer = null) {
    const headers = { "Content-Type": "application/json", "X-Codefavor-Form": this.#formToken };
    const response = await fetch(address, { ...options, headers, signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) return response.json();
    const reason = await response.text();
    if (answer && response.status < 500 && ![401, 403, 408, 429].includes(response.status)) {
      // The server will never take it: it is set aside, not thrown away, and the next one gets its turn.
      const place = `${this.#place}:refused`;
      localStorage.setItem(place, JSON.stringify([...JSON.parse(localStorage.getItem(place) ?? "[]"), { answer, reason }]));
      return null;
    }
    throw new Refused(response.status, reason);
  }

  #later(trouble) {
    const kept = this.#answers().length;
    const safe = kept ? ` ${kept === 1 ? "Your answer is" : "Your answers are"} kept in this browser.` : "";
    if (trouble instanceof Refused && [401, 403].includes(trouble.status)) {
      this.#onTrouble(`You are signed out (${trouble.message}).${safe} Reload this page to continue.`);
      return;
    }
    this.#onTrouble(`The server does not answer.${safe} Trying again…`);
    setTimeout(() => this.#send(), this.#delay);
    this.#delay = Math.min(2 * this.#delay, LONGEST_RETRY);
  }
}

class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}
