// The page of a study: shows a task, keeps time while in view, and sends answers until they are acknowledged.
// It decides nothing about which task comes next.
import { Outbox } from "/static/outbox.js";
import { Timer } from "/static/timer.js";

const { name, formToken, study } = document.body.dataset;
const PLACE = `codefavor:${study}:${name}`;
const THANKS = "Thank you. Every task has its votes, or is with others now; come back later, or take back your latest answer.";
const CHOICES = { a: "A", b: "B", t: "tie" };
const CONFIDENCES = { 1: "low", 2: "high", 3: "very high" };

const element = (id) => document.getElementById(id);
const form = element("vote");
const radios = (group) => [...form.querySelectorAll(`input[name="${group}"]`)];
const chosen = (group) => radios(group).find((radio) => radio.checked)?.value ?? null;
const stored = (key) => JSON.parse(localStorage.getItem(`${PLACE}:${key}`) ?? "null");
const store = (key, value) => localStorage.setItem(`${PLACE}:${key}`, JSON.stringify(value));

let state = null; // the server's latest word: {task, progress, undo}
let waiting = false; // an answer is on its way

const timer = new Timer((seconds) => {
  element("timer").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  saveDraft();
});
const outbox = new Outbox(`${PLACE}:outbox`, formToken, {
  onState: show,
  onTrouble: notify,
});

function saveDraft() {
  if (!state?.task || waiting) return;
  store("draft", {
    task: state.task.id,
    kind: chosen("choice"),
    confidence: chosen("confidence"),
    note: element("note").value,
    seconds: timer.seconds,
  });
}

function notify(text) {
  element("notice").textContent = text ?? "";
  element("notice").hidden = !text;
}

function say(text) {
  element("spoken").textContent = text;
}

function show(next) {
  state = next;
  waiting = false;
  notify(null);
  showProgress(next.progress);
  const page = element("task");
  page.setAttribute("aria-busy", "false");
  form.hidden = false;
  for (const id of ["send", "skip"]) element(id).disabled = !next.task;
  element("undo").disabled = !next.undo;
  if (!next.task) {
    timer.stop();
    page.innerHTML = '<h1 id="task-title" tabindex="-1">Nothing left for you</h1>' +
      `<p>${next.end ?? THANKS}</p>`;
    fill({});
  } else {
    page.innerHTML = next.task.html;
    const draft = stored("draft");
    const begun = draft?.task === next.task.id ? draft : { ...next.task.before, seconds: next.task.seconds };
    fill(begun);
    timer.start(Math.max(begun.seconds ?? 0, next.task.seconds));
    showDiff(stored("diff") ?? false);
  }
  scrollTo(0, 0);
  element("task-title").focus({ preventScroll: true });
}

function showProgress({ answered, study_votes: votes, study_target: target }) {
  element("progress").max = target;
  element("progress").value = votes;
  element("progress-text").textContent = `${votes} of ${target} votes · ${answered} by you`;
  say(`${answered} answered.`);
}

function fill({ kind = null, confidence = null, note = "" }) {
  for (const radio of radios("choice")) radio.checked = radio.value === kind;
  for (const radio of radios("confidence")) radio.checked = radio.value === confidence;
  element("note").value = note ?? "";
  markChoice();
}

function markChoice() {
  const side = chosen("choice");
  for (const each of document.querySelectorAll("[data-side]")) {
    each.classList.toggle("chosen", each.dataset.side === side);
  }
}

function showDiff(on) {
  store("diff", on);
  element("diff").setAttribute("aria-pressed", String(on));
  const plain = document.querySelector(".candidates.plain");
  if (!plain) return;
  plain.hidden = on;
  document.querySelector(".candidates.diff").hidden = !on;
}

function send(kind, task, confidence = null) {
  if (waiting) return;
  const seconds = timer.stop();
  waiting = true;
  outbox.add({
    key: crypto.randomUUID(),
    task,
    kind,
    confidence,
    seconds: kind === "undo" ? 0 : seconds,
    note: kind === "undo" ? null : element("note").value.trim() || null,
  });
  localStorage.removeItem(`${PLACE}:draft`);
}

function vote() {
  if (!state?.task || waiting) return;
  for (const [group, what] of [["choice", "A, B or a tie"], ["confidence", "how sure you are"]]) {
    if (!chosen(group)) {
      notify(`Choose ${what} first.`);
      radios(group)[0].focus();
      return;
    }
  }
  send(chosen("choice"), state.task.id, chosen("confidence"));
}

function skip() {
  if (state?.task) send("skip", state.task.id);
}

function undo() {
  if (state?.undo) send("undo", state.undo);
}

function choose(group, value) {
  if (!state?.task) return;
  const radio = radios(group).find((each) => each.value === value);
  radio.checked = true;
  changed();
  say(`${group === "choice" ? "Better" : "Confidence"}: ${value}.`);
}

function changed() {
  notify(null);
  markChoice();
  saveDraft();
}

function onKey(event) {
  const writing = event.target.id === "note";
  if (event.key === "Enter" && writing && (event.ctrlKey || event.metaKey)) return done(event, vote);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || element("help").open) return;
  if (writing) {
    if (event.key === "Escape") done(event, () => element("send").focus());
    return;
  }
  const pressable = event.target.closest("button, a");
  if (event.key === "Enter" && !pressable) return done(event, vote);
  if (!element("single-keys").checked || event.repeat) return;
  const key = event.key.toLowerCase();
  const act = {
    s: skip,
    u: undo,
    d: () => showDiff(element("diff").getAttribute("aria-pressed") !== "true"),
    n: () => element("note").focus(),
    "?": () => element("help").showModal(),
  }[key];
  if (CHOICES[key]) done(event, () => choose("choice", CHOICES[key]));
  else if (CONFIDENCES[key]) done(event, () => choose("confidence", CONFIDENCES[key]));
  else if (act) done(event, act);
}

function done(event, act) {
  event.preventDefault();
  act();
}

form.addEventListener("submit", (event) => done(event, vote));
form.addEventListener("input", changed);
element("skip").addEventListener("click", skip);
element("undo").addEventListener("click", undo);
element("diff").addEventListener("click", () => showDiff(element("diff").getAttribute("aria-pressed") !== "true"));
element("help-open").addEventListener("click", () => element("help").showModal());
element("single-keys").checked = stored("single-keys") ?? true;
element("single-keys").addEventListener("change", (event) => store("single-keys", event.target.checked));
document.addEventListener("keydown", onKey);
addEventListener("pagehide", saveDraft);
outbox.open();
