// Stands for the outbox where there is no server: answers stay in the browser's storage, and a button hands them over as
// a file. What comes next is what was drawn when the page was made.
const HELD = JSON.parse(document.getElementById("held").textContent);

export class Outbox {
  #place;
  #onState;

  constructor(place, _formToken, { onState }) {
    this.#place = place;
    this.#onState = onState;
    document.getElementById("save").addEventListener("click", () => this.#handOver());
  }

  open() {
    const answers = this.#answers();
    const standing = new Map();
    const taken = new Map();
    for (const answer of answers) {
      if (answer.kind === "undo") taken.set(answer.task, standing.get(answer.task));
      standing.delete(answer.task);
      if (answer.kind !== "undo") standing.set(answer.task, answer);
    }
    const latest = answers.at(-1);
    const task = latest?.kind === "undo" ? HELD.tasks.find((each) => each.id === latest.task)
      : HELD.tasks.find((each) => !standing.has(each.id));
    const votes = [...standing.values()].filter((answer) => answer.kind !== "skip").length;
    const before = task && taken.get(task.id);
    document.getElementById("save").disabled = !answers.length;
    this.#onState({
      progress: { answered: votes, study_votes: votes, study_target: HELD.tasks.length },
      undo: [...standing.keys()].at(-1) ?? null,
      task: task ? { id: task.id, html: task.html, seconds: before?.seconds ?? 0, before: before ?? null } : null,
      end: "That was all, thank you. Save the votes and send the file back, or take back your latest answer.",
    });
  }

  add(answer) {
    const { swapped } = HELD.tasks.find((task) => task.id === answer.task);
    const told = { study: HELD.study, annotator: HELD.annotator, swapped, at: new Date().toISOString(), ...answer };
    localStorage.setItem(this.#place, JSON.stringify([...this.#answers(), told]));
    this.open();
  }

  #answers() {
    return JSON.parse(localStorage.getItem(this.#place) ?? "[]");
  }

  #handOver() {
    const lines = this.#answers().map((answer) => `${JSON.stringify(answer)}\n`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
    link.download = `votes-${HELD.annotator.replace(/[^\p{L}\p{N}]+/gu, "-")}.jsonl`;
    link.click();
    URL.revokeObjectURL(link.href);
    // Off the button, where Enter would save again instead of voting.
    document.getElementById("task-title").focus({ preventScroll: true });
  }
}
