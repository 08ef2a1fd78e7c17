for (const browser of document.querySelectorAll(".browser")) {
  const { judges, tasks, verdicts } = JSON.parse(browser.querySelector("script").textContent);
  const control = (name) => browser.querySelector("." + name);
  const [stratum, first, second, kind, search] = ["stratum", "first", "second", "kind", "search"].map(control);
  const found = control("found"), more = control("more");
  const PAGE = 50;
  let matching = [], shown = 0;

  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const option = (select, value, text) => {
    const added = make("option", text);
    added.value = value;
    select.append(added);
  };
  option(stratum, "", "all");
  for (const name of new Set(tasks.map((task) => task.stratum))) option(stratum, name, name);
  judges.forEach((name, place) => { option(first, place, name); option(second, place, name); });
  if (judges.length > 1) second.value = 1; else kind.value = "all";

  const choice = (judge, task) => verdicts[judge][task]?.choice ?? "undecided";
  const right = (judge, task) => choice(judge, task) === tasks[task].label;
  const wanted = {
    "differ": (one, two, task) => choice(one, task) !== choice(two, task),
    "first-wrong": (one, two, task) => !right(one, task) && right(two, task),
    "second-wrong": (one, two, task) => right(one, task) && !right(two, task),
    "both-wrong": (one, two, task) => !right(one, task) && !right(two, task),
    "undecided": (one, two, task) => [one, two].some((judge) => choice(judge, task) === "undecided"),
    "all": () => true,
  };
  const says = (task, words) => {
    const { id, instruction, a, b } = tasks[task];
    const feedback = verdicts.map((all) => all[task]?.feedback ?? "");
    return [id, instruction, a, b, ...feedback].some((text) => text.toLowerCase().includes(words));
  };

  const code = (task, side) => {
    const box = make("div", undefined, "code");
    const better = task.label === side;
    box.append(make("h4", `Code ${side}${better ? " (better)" : ""}`, better ? "better" : ""));
    const pre = make("pre");
    pre.tabIndex = 0;
    const others = new Set((side === "A" ? task.b : task.a).split("\n").map((line) => line.trim()));
    for (const line of (side === "A" ? task.a : task.b).split("\n")) {
      pre.append(make("span", line + "\n", others.has(line.trim()) ? "" : "differs"));
    }
    box.append(pre);
    return box;
  };
  const verdict = (judge, place) => {
    const given = verdicts[judge][place];
    const box = make("div", undefined, "verdict");
    if (!given) return box;
    const mark = right(judge, place) ? "right" : given.choice === "undecided" || given.choice === "tie" ? "open" : "wrong";
    const line = make("p");
    line.append(make("b", judges[judge]), ` says ${given.choice}`);
    if (given.p !== undefined) line.append(`, P(A) = ${given.p}`);
    line.append(make("span", mark === "open" ? "counts half" : mark, "mark " + mark));
    box.append(line);
    if (given.why) box.append(make("p", given.why, "why"));
    if (given.feedback) box.append(make("p", given.feedback, "feedback"));
    if (given.evidence) box.append(make("pre", JSON.stringify(given.evidence, null, 1)));
    return box;
  };
  const fill = (details, place) => {
    const task = tasks[place];
    details.append(make("p", task.instruction, "instruction"), make("p", task.criterion, "why"));
    const codes = make("div", undefined, "codes");
    codes.append(code(task, "A"), code(task, "B"));
    details.append(codes);
    judges.forEach((_, judge) => details.append(verdict(judge, place)));
  };
  const entry = (place) => {
    const details = make("details");
    const summary = make("summary");
    const choices = [first, second].map((select) => choice(+select.value, place)).join(" / ");
    summary.append(make("code", tasks[place].id), ` better: ${tasks[place].label}, said: ${choices}`);
    details.append(summary);
    details.addEventListener("toggle", () => { if (details.childElementCount === 1) fill(details, place); });
    return details;
  };
  const showMore = () => {
    const next = matching.slice(shown, shown + PAGE);
    shown += next.length;
    found.append(...next.map(entry));
    more.hidden = shown >= matching.length;
  };
  const refresh = () => {
    const words = search.value.trim().toLowerCase();
    const one = +first.value, two = +second.value;
    matching = [...tasks.keys()].filter((task) => (!stratum.value || tasks[task].stratum === stratum.value)
      && wanted[kind.value](one, two, task) && (!words || says(task, words)));
    shown = 0;
    found.replaceChildren();
    control("count").textContent = `${matching.length} of ${tasks.length} tasks`;
    showMore();
  };
  let waiting;
  for (const select of [stratum, first, second, kind]) select.addEventListener("change", refresh);
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(refresh, 150); });
  more.addEventListener("click", showMore);
  refresh();
}
