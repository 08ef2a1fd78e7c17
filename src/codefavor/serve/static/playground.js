// The playground: sends what is filled in, and shows the fragment that comes back. The server has escaped it, and the
// page's policy lets no script in it run.
const at = (id) => document.getElementById(id);
const EXAMPLE = {
  instruction: "Write `median(values)`, which returns the median of a list of numbers.\n\n>>> median([3, 1, 2])\n2\n>>> median([4, 1, 3, 2])\n2.5",
  a: "def median(values):\n    ordered = sorted(values)\n    middle = len(ordered) // 2\n    if len(ordered) % 2:\n        return ordered[middle]\n    return (ordered[middle - 1] + ordered[middle]) / 2\n",
  b: "def median(values):\n    # forgets to sort, and the even case\n    return values[len(values) // 2]\n",
};
let asking = null;

function notice(words) {
  at("notice").textContent = words;
  at("notice").hidden = !words;
}

function busy(is) {
  at("answer").setAttribute("aria-busy", String(is));
  at("ask").disabled = is;
  at("stop").hidden = !is;
  at("spoken").textContent = is ? "Comparing…" : "";
}

function body() {
  return JSON.stringify({
    instruction: at("instruction").value,
    criterion: at("criterion").value || at("words").value,
    code_a: at("code-A").value,
    code_b: at("code-B").value,
    language: at("language").value,
    comments: at("comments").checked ? "kept" : "stripped",
  });
}

async function refusal(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).detail ?? text;
  } catch {
    return text;
  }
}

async function ask() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const headers = { "Content-Type": "application/json" };
  if (at("token")) headers.Authorization = `Bearer ${at("token").value}`;
  notice("");
  busy(true);
  try {
    const response = await fetch("/playground", { method: "POST", headers, body: body(), signal: mine.signal });
    if (response.ok) {
      at("answer").innerHTML = await response.text();
      at("verdict-title").focus();
    } else {
      notice(`Not compared (${response.status}): ${await refusal(response)}.`);
    }
  } catch (trouble) {
    notice(mine.signal.aborted ? "Stopped." : "The server does not answer.");
  } finally {
    if (asking === mine) busy(false);
  }
}

function ownWords() {
  const own = at("criterion").value === "";
  at("words-field").hidden = !own;
  at("words").required = own;
}

at("question").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
at("criterion").addEventListener("change", ownWords);
at("stop").addEventListener("click", () => asking?.abort());
at("exchange").addEventListener("click", () => {
  [at("code-A").value, at("code-B").value] = [at("code-B").value, at("code-A").value];
});
at("example").addEventListener("click", () => {
  at("instruction").value = EXAMPLE.instruction;
  at("code-A").value = EXAMPLE.a;
  at("code-B").value = EXAMPLE.b;
  at("language").value = "python";
});
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    at("question").requestSubmit(at("ask"));
  }
});
ownWords();
