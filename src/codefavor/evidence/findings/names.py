"""Resolves what a name in a module means: `from os import system as run; run(x)` is a call of `os.system`.

It reads imports and plain assignments (`rng = secrets.SystemRandom()`), flow-insensitively. In a fragment whose imports
were cut away, names that are the standard library's by custom stand for it.
"""

import ast
from collections.abc import Sequence

_ALIASES = {
    "cPickle": "pickle",
    "_pickle": "pickle",
    "six.moves.cPickle": "pickle",
    "commands": "subprocess",
    "anydbm": "shelve",
    "urllib2": "urllib.request",
    "six.moves.urllib": "urllib",
    "Crypto": "Cryptodome",
    "numpy": "np",
    "pandas": "pd",
    "jose.jwt": "jwt",
    "md5.new": "hashlib.md5",
    "md5.md5": "hashlib.md5",
    "sha.new": "hashlib.sha1",
    "sha.sha": "hashlib.sha1",
    "Cryptodome.Hash.MD5.new": "hashlib.md5",
    "Cryptodome.Hash.SHA.new": "hashlib.sha1",
    "Cryptodome.Hash.SHA1.new": "hashlib.sha1",
    "django.utils.six.moves": "six.moves",
    "quart.request": "flask.request",
    "bottle.request": "flask.request",
}
_BY_CUSTOM = {
    **dict.fromkeys(("randint", "randrange", "getrandbits", "shuffle", "uniform"), "random"),
    **dict.fromkeys(("check_output", "check_call", "Popen", "getoutput", "getstatusoutput"), "subprocess"),
    **dict.fromkeys(("system", "popen"), "os"),
    "urlopen": "urllib.request",
    "mark_safe": "django.utils.safestring",
    "md5": "hashlib",
    "sha1": "hashlib",
    "literal_eval": "ast",
    "secure_filename": "werkzeug.utils",
    "render_template_string": "flask",
    "Markup": "markupsafe",
}
_STARRED = {
    "random": ("choice", "choices", "sample", "random", "seed", "randint", "randrange", "shuffle", "uniform", "gauss"),
    "pickle": ("load", "loads", "Unpickler"),
    "cPickle": ("load", "loads", "Unpickler"),
    "subprocess": ("call", "run", "Popen", "check_call", "check_output"),
}
"""What `from module import *` brings that rules look for."""
_REQUESTS = {"request": "flask.request"}


class Names:
    """The meaning of names in one module."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        self._imported: dict[str, str] = {}
        self._bound: dict[str, str] = {}
        self._local: set[str] = set()
        self.modules: set[str] = set()
        for node in nodes:
            self._read_definition(node)
        for node in nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                self._read_assignment(node.targets[0], node.value)
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                self._read_assignment(node.optional_vars, node.context_expr)

    def of(self, node: ast.expr) -> str:
        """Return the dotted name of an expression, `()` for a call and `[]` for an item in it; "" when it has none."""
        return _canonical(self._raw(node))

    def knows(self, name: str) -> bool:
        """Whether the module imports, defines or assigns this plain name."""
        return name in self._imported or name in self._local or name in self._bound

    def _raw(self, node: ast.expr) -> str:
        trail: list[str] = []
        while not isinstance(node, ast.Name):
            if isinstance(node, ast.Attribute):
                trail.append(f".{node.attr}")
                node = node.value
            elif isinstance(node, ast.Call):
                trail.append("()")
                node = node.func
            elif isinstance(node, ast.Subscript):
                trail.append("[]")
                node = node.value
            elif isinstance(node, ast.Await):
                node = node.value
            else:
                return ""
        bound = self._bound.get(_path([node.id, *reversed(trail)])) if trail else None
        return bound or self._root(node.id) + "".join(reversed(trail))

    def _root(self, name: str) -> str:
        if name in self._bound:
            return self._bound[name]
        if name in self._imported:
            return self._imported[name]
        if name in self._local:
            return name
        if name in _BY_CUSTOM:
            return f"{_BY_CUSTOM[name]}.{name}"
        return _REQUESTS.get(name, name)

    def _read_definition(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.modules.add(alias.name)
                self._imported[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            self.modules.add(module)
            for alias in node.names:
                if alias.name == "*":
                    starred = _STARRED.get(module, ())
                    self._imported.update({name: f"{module}.{name}" for name in starred})
                else:
                    self._imported[alias.asname or alias.name] = f"{module}.{alias.name}"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._local.add(node.name)

    def _read_assignment(self, target: ast.expr, value: ast.expr) -> None:
        path = dotted(target)
        if not path or not isinstance(value, ast.Call | ast.Attribute | ast.Name):
            return
        meaning = self._raw(value)
        if "." in meaning and not meaning.startswith(("self.", path + ".", path + "[")):
            root = meaning.split(".")[0].split("(")[0]
            if root in self._imported.values() or root in {m.split(".")[0] for m in self.modules} or "." not in path:
                self._bound.setdefault(path, meaning)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a chain of names, "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def _path(parts: list[str]) -> str:
    return "".join(parts)


def _canonical(name: str) -> str:
    if name in _ALIASES:
        return _ALIASES[name]
    for old, new in _ALIASES.items():
        if name.startswith(old) and name[len(old) : len(old) + 1] in (".", "("):
            return _canonical(new + name[len(old) :]) if not new.startswith(old) else new + name[len(old) :]
    return name
