// Standard input, as programs for Node.js read it.

let input;
const readInput = () => (input ??= readAll(stdin));

// Sends what it is given to listeners, once all of the program's own statements have run.
class Emitter {
  #listeners = {};

  on(name, listener) {
    (this.#listeners[name] ??= []).push(listener);
    this.listening?.(name);
    return this;
  }

  emit(name, ...parts) {
    for (const listener of this.#listeners[name] ?? []) listener.apply(this, parts);
    return Boolean(this.#listeners[name]);
  }

  addListener(name, listener) {
    return this.on(name, listener);
  }

  once(name, listener) {
    return this.on(name, listener);
  }
}

class Input extends Emitter {
  fd = 0;
  isTTY = false;
  #sent = false;
  #unread = true;

  listening(name) {
    if (this.#sent || !["data", "end", "readable"].includes(name)) return;
    this.#sent = true;
    addTimer(() => this.#send(), 0, []);
  }

  #send() {
    this.emit("readable");
    if (readInput()) this.emit("data", readInput());
    this.emit("end");
    this.emit("close");
  }

  read() {
    const content = this.#unread ? readInput() : "";
    this.#unread = false;
    return content || null;
  }

  setEncoding() {
    return this;
  }

  resume() {
    return this;
  }

  pause() {
    return this;
  }

  async *[Symbol.asyncIterator]() {
    if (readInput()) yield readInput();
  }
}

class LineReader extends Emitter {
  #lines = readInput().replace(/\r?\n$/, "").split(/\r?\n/);
  #closed = false;
  #started = false;
  #questions = [];

  constructor() {
    super();
    if (!readInput()) this.#lines = [];
  }

  listening(name) {
    if (!["line", "close"].includes(name)) return;
    this.#start();
  }

  #start() {
    if (this.#started) return;
    this.#started = true;
    addTimer(() => this.#send(), 0, []);
  }

  #send() {
    while (this.#lines.length && !this.#closed) {
      const answer = this.#questions.shift();
      const line = this.#lines.shift();
      if (answer) answer(line);
      else this.emit("line", line);
    }
    if (!this.#closed) this.close();
  }

  question(words, ...rest) {
    write(String(words));
    this.#questions.push(rest.at(-1));
    this.#start();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.emit("close");
  }

  prompt() {}
  setPrompt() {}
  pause() {}
  resume() {}

  async *[Symbol.asyncIterator]() {
    while (this.#lines.length) yield this.#lines.shift();
  }
}
