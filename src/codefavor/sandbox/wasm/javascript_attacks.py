"""Attacks in JavaScript. The modules of QuickJS are imported by a call: the harness does not offer them by name."""

from codefavor.sandbox.wasm.attack_programs import AttackPrograms

_TRY = """
const os = await import("qjs:os"), std = await import("qjs:std");
async function getThrough(...ways) {{
  for (const way of ways) {{
    try {{
      const got = await way();
      if (got !== false && got !== null && !(got < 0)) return;
    }} catch {{}}
  }}
  throw new Error("held");
}}
"""

_ATTACKS = {
    "network": """
await getThrough(() => fetch("http://127.0.0.1:{port}"), () => std.urlGet("http://127.0.0.1:{port}"),
  () => require("net").connect({port}));
""",
    "new process": """
await getThrough(() => os.exec(["/bin/true"]), () => std.popen("true", "r"), () => require("child_process"));
""",
    "threads": 'await getThrough(() => new os.Worker("/tmp/x.js"), () => new Worker("x"));\n',
    "reading files": """
const paths = [{secret!r}, "/etc/passwd", "/proc/self/environ", "../".repeat(20) + "etc/passwd"];
await getThrough(...paths.map((path) => () => std.loadFile(path)), ...paths.map((path) => () => std.open(path, "r")));
""",
    "writing files": """
await getThrough(...[{target!r}, "/x", "/codefavor/x"].map((path) => () => std.open(path, "w")));
""",
    "environment": """
const known = ["PYTHONHASHSEED", "PWD", "TMPDIR", "LC_ALL"];
await getThrough(() => !Object.keys(std.getenviron()).every((name) => known.includes(name)));
""",
    "memory": "await getThrough(() => new ArrayBuffer({too_much}));\n",
    "clock": "await getThrough(() => Math.abs(Date.now() / 1000 - {now}) < 86400);\n",
}

_THIEF = """
const [first, second] = {halves!r}, [ownFirst, ownSecond] = {own_halves!r};
globalThis.own = {own!r};
function* everything() {{
  for (const number of [4, 5]) {{
    const buffer = new ArrayBuffer(1 << 16);
    const count = os.read(number, buffer, 0, buffer.byteLength);
    if (count > 0) yield String.fromCharCode(...new Uint8Array(buffer, 0, count));
  }}
  for (const name of os.readdir("/tmp")[0]) yield name + (std.loadFile("/tmp/" + name) ?? "");
  const seen = new Set(), pending = [globalThis];
  while (pending.length) {{
    const value = pending.pop();
    if (typeof value === "string") yield value;
    if (typeof value === "function") yield value + "";
    if (value === null || !["object", "function"].includes(typeof value) || seen.has(value)) continue;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {{
      try {{
        pending.push(typeof key === "string" ? key : key.description, value[key]);
      }} catch {{}}
    }}
  }}
}}
function holds(text, one, other) {{
  for (let at = text.indexOf(one); at >= 0; at = text.indexOf(one, at + 1))
    if (text.startsWith(other, at + one.length)) return true;
  return false;
}}
const texts = [...everything()];
if (!texts.some((text) => holds(text, ownFirst, ownSecond))) throw new Error("the search does not find what is there");
if (texts.some((text) => holds(text, first, second))) console.log("found");
"""

JAVASCRIPT_PROGRAMS = AttackPrograms(
    attacks={name: _TRY + program for name, program in _ATTACKS.items()},
    random="console.log(Math.random(), Math.random());\n",
    controls={
        "a program": _TRY
        + """
await getThrough(() => false, () => null, () => undefinedName, () => true);
const file = std.open("/tmp/file", "w");
file.puts(JSON.stringify([1, 2, 3]));
file.close();
if (JSON.parse(std.loadFile("/tmp/file")).length !== 3) throw new Error("the file is lost");
await new Promise((resolve) => setTimeout(resolve, 3600000));
if (new ArrayBuffer({enough}).byteLength !== {enough}) throw new Error("no memory");
"""
    },
    marked="""
globalThis.marker = {marker!r};
const std = await import("qjs:std");
std.open("/tmp/left", "w").puts(marker);
""",
    thief=_TRY + _THIEF,
)
