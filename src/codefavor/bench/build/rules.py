"""Fixes without a model: calls and values that are insecure, replaced by safe ones of the same use.

A rule knows how one line goes wrong, not what the program is for: whether what comes out is free of findings is for the
analysers to say, and whether it still does its work for nobody. Code that no rule touches has no fix.
"""

import ast
import re
from collections.abc import Iterator

from codefavor.bench.build.problems import Problem
from codefavor.bench.build.samples import Sample
from codefavor.languages.python.parse import parses

RULES = "rules"
"""The name that samples made here carry in the place of a model's."""
_PICKLES = r"(?:pickle|cPickle|cpickle|marshal|dill)"
_CALLS = (
    (r"\bhashlib\.(?:md5|sha1)\(", "hashlib.sha256("),
    (r"\byaml\.load\(([^,()]+(?:\([^()]*\))?)(?:, Loader=[\w.]+)?\)", r"yaml.safe_load(\1)"),
    (r"\bverify=False\b", "verify=True"),
    (
        r"(?<![\w.])random\.(choice|choices|randint|random|randrange|sample|shuffle|uniform)\(",
        r"secrets.SystemRandom().\1(",
    ),
    (r"(?<![\w.])random\.Random\([^()]*\)", "secrets.SystemRandom()"),
    (r"\btempfile\.mktemp\(", "tempfile.mkdtemp("),
    (r"\bssl\._create_unverified_context\(", "ssl.create_default_context("),
    (r"(?<![\w.])eval\(", "ast.literal_eval("),
    (r"\bdebug=True\b", "debug=False"),
    (rf"\b{_PICKLES}\.(loads?)\(", r"json.\1("),
    (
        rf"\b{_PICKLES}\.(dumps?)\(([^,()]+(?:, *[^,()]+(?:\([^()]*\))?)?), *(?:protocol *= *)?[-\w.]+\)",
        r"json.\1(\2)",
    ),
    (rf"\b{_PICKLES}\.(dumps?)\(", r"json.\1("),
)
"""Calls with a safe one of the same use; a replaced serialiser reads another format, as every such fix does."""
_IMPORTS = {
    "secrets.": "import secrets",
    "ast.literal_eval": "import ast",
    "json.": "import json",
    "os.environ[": "import os",
}
"""What a safe call needs."""
_SECRET = re.compile(r"passw|pwd|secret|token|api_?key|apikey|access_?key|private_?key|credential", re.IGNORECASE)


def fix_by_rules(code: str) -> str | None:
    """Return the code with everything that a rule knows replaced, or None where none applies or it does not parse."""
    if not parses(code):
        return None
    safe_code = _without_secrets(code)
    for pattern, replacement in _CALLS:
        safe_code = re.sub(pattern, replacement, safe_code)
    if not re.search(rf"\b{_PICKLES}\.", safe_code):
        safe_code = re.sub(rf"^(\s*)import {_PICKLES}(?: as \w+)?$", r"\1import json", safe_code, flags=re.MULTILINE)
    if safe_code == code or not parses(safe_code):
        return None
    called = [line for call, line in _IMPORTS.items() if call in safe_code]
    needed = [line for line in called if not re.search(rf"^\s*{line}\b", code, re.M)]
    return "".join(f"{line}\n" for line in needed) + safe_code


def samples_by_rules(problem: Problem) -> list[Sample]:
    """Return the fix of a problem's insecure code, if a rule knows one."""
    safe_code = fix_by_rules(problem.insecure) if problem.insecure else None
    return [Sample(problem=problem.id, code=safe_code, model=RULES)] if safe_code else []


def _without_secrets(code: str) -> str:
    """Return the code with secrets taken from the environment."""
    lines = code.encode().splitlines(keepends=True)
    for name, value in sorted(_secrets(ast.parse(code)), key=lambda found: _place(found[1]), reverse=True):
        if value.lineno == value.end_lineno:
            line = lines[value.lineno - 1]
            taken = f'os.environ["{re.sub(r"[^0-9A-Za-z]+", "_", name).strip("_").upper()}"]'
            lines[value.lineno - 1] = line[: value.col_offset] + taken.encode() + line[value.end_col_offset :]
    return b"".join(lines).decode()


def _place(value: ast.Constant) -> tuple[int, int]:
    return value.lineno, value.col_offset


def _secrets(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    """Yield texts that are given to a name of a secret, with that name."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[target], value=ast.Constant(value=str()) as value):
                named = [(_name(target), value)]
            case ast.AnnAssign(target=target, value=ast.Constant(value=str()) as value):
                named = [(_name(target), value)]
            case ast.keyword(arg=str(arg), value=ast.Constant(value=str()) as value):
                named = [(arg, value)]
            case ast.Dict(keys=keys, values=values):
                named = [
                    (key.value, value)
                    for key, value in zip(keys, values, strict=True)
                    if isinstance(key, ast.Constant)
                    and isinstance(key.value, str)
                    and isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                ]
            case _:
                named = []
        yield from ((name, value) for name, value in named if _SECRET.search(name))


def _name(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""
