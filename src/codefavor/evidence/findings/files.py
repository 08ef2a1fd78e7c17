"""Rules on files: permissions, archive members, guessable names, and a check that a race makes worthless."""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.findings.names import dotted
from codefavor.evidence.findings.nodes import argument, is_constant, keyword, text_of
from codefavor.evidence.findings.rule import CallRule, Hit, Module, NodeRule, Rule

PERMISSIONS = Rule("loose-permissions", 732, "medium", "Others may read or write what is created.")
ARCHIVE = Rule("archive-members", 22, "medium", "Members of an archive are unpacked wherever they say.")
GUESSABLE = Rule(
    "guessable-temporary-file", 377, "medium", "A temporary file's name can be guessed or taken before it is opened."
)
RACE = Rule("check-then-use", 367, "low", "A path is checked first and used later; it can change in between.")

_CREATORS = {"os.mkdir": 1, "os.makedirs": 1, "os.mkfifo": 1, "os.open": 2}
_CHECKS = {"os.path.exists", "os.path.isfile", "os.access", "os.path.islink"}
_USES = re.compile(r"(?:open|io\.open|os\.(?:open|remove|unlink|rename|mkdir|makedirs|chmod)|shutil\.\w+)\Z")
_GROUP_OR_OTHERS_WRITE = 0o022
_OTHERS = 0o007


def permissions(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A mode that lets others in, or none given where one matters."""
    if name in {"os.chmod", "os.fchmod", "os.lchmod"} or name.endswith(".chmod"):
        mode = call.args[-1] if call.args else keyword(call, "mode")
        if (
            isinstance(mode, ast.Constant)
            and isinstance(mode.value, int)
            and mode.value & (_GROUP_OR_OTHERS_WRITE | _OTHERS)
        ):
            yield Hit(PERMISSIONS, call.lineno, "high" if mode.value & _GROUP_OR_OTHERS_WRITE else "low")
        elif mode is not None and re.search(
            r"S_I(?:RWX|[RW])(?:O|WXO)\b|S_IW(?:GRP|OTH)|S_IRWX[GO]|S_IROTH", ast.unparse(mode)
        ):
            yield Hit(PERMISSIONS, call.lineno, "medium")
    elif name == "os.umask" and call.args and is_constant(call.args[0], 0):
        yield Hit(PERMISSIONS, call.lineno, "high")
    elif name in _CREATORS:
        mode = argument(call, _CREATORS[name], "mode")
        if isinstance(mode, ast.Constant) and isinstance(mode.value, int) and mode.value & _GROUP_OR_OTHERS_WRITE:
            yield Hit(PERMISSIONS, call.lineno, "medium")
        elif mode is None and name == "os.open" and "O_CREAT" in ast.unparse(call):
            yield Hit(PERMISSIONS, call.lineno, "medium")


def archive(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """All members unpacked, unfiltered."""
    if name.endswith(".extractall") or name == "extractall":
        if keyword(call, "filter") is None:
            yield Hit(ARCHIVE, call.lineno, "medium", guarded=argument(call, 1, "members") is not None)
    elif name.endswith("shutil.unpack_archive") and keyword(call, "filter") is None:
        yield Hit(ARCHIVE, call.lineno, "low")


def guessable(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A name made now for a file opened later."""
    if name in {"tempfile.mktemp", "os.tempnam", "os.tmpnam"}:
        yield Hit(GUESSABLE, call.lineno, "high")
    elif name in {"open", "os.open", "io.open"} and (text_of(call.args[0] if call.args else None) or "").startswith(
        ("/tmp/", "/var/tmp/")
    ):
        yield Hit(GUESSABLE, call.lineno, "medium")


def race(node: ast.AST, module: Module) -> Iterator[Hit]:
    """`if exists(path): use(path)`."""
    if not isinstance(node, ast.If):
        return
    checked = {
        dotted(call.args[0])
        for call in ast.walk(node.test)
        if isinstance(call, ast.Call) and call.args and module.names.of(call.func) in _CHECKS
    } - {""}
    if not checked:
        return
    for statement in node.body:
        for call in ast.walk(statement):
            if (
                isinstance(call, ast.Call)
                and call.args
                and dotted(call.args[0]) in checked
                and _USES.match(module.names.of(call.func))
            ):
                yield Hit(RACE, call.lineno, "low")
                return


CALLS: tuple[CallRule, ...] = (permissions, archive, guessable)
NODES: dict[type[ast.AST], tuple[NodeRule, ...]] = {ast.If: (race,)}
