"""Rules on secrets: written into the program, or written into a log."""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.findings.nodes import text_of
from codefavor.evidence.findings.rule import CallRule, Hit, Module, NodeRule, Rule
from codefavor.pairs.finding import Grade

HARD_CODED = Rule("hard-coded-credential", 798, "medium", "A credential is written into the program.")
KEY_MATERIAL = Rule("key-material", 321, "high", "A private key or access token is written into the program.")
LOGGED = Rule("secret-logged", 532, "medium", "A secret is written to a log or to standard output.")


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NAME = _any_case(
    r"passw(?:or)?d|passphrase|secret|api_?key|private_?key|access_?key|auth_?token|access_?token|(?:^|_)token\Z"
    r"|(?:^|_)pwd\Z|(?:^|_)pass\Z|credential"
)
_ABOUT = _any_case(
    r"template|_col(?:umn)?\Z|_field\Z|_path\Z|_file(?:name)?\Z|_url\Z|_name\Z|_label|_help|_regex|_pattern"
    r"|_prompt|_message|_type\Z|_len|algorithm|method|policy|scheme|_mode\Z|format|_hash\Z|_id\Z|_env(?:_var)?\Z"
    r"|_header\Z|_prefix"
)
_MATERIAL = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{36}\b"
    r"|\bAIza[0-9A-Za-z_-]{35}\b|\bya29\.[\w-]{10,}|\bsk_live_[0-9a-zA-Z]{24}|\bxox[abp]-[\w-]{10,}|\bSK[0-9a-f]{32}\b|\bEAA[0-9A-Za-z]{90,}"
)
_OUTPUT = re.compile(
    r"print\Z|(?:.*\.)?(?:logging|logger|log|LOG|_logger)\.(?:debug|info|warning|warn|error|critical|exception)\Z|sys\.std(?:out|err)\.write\Z"
)
_SECRET = _any_case(
    r"(?:^|_)(?:password|passwd|pwd|secret|api_?key|private_?key|access_token|auth_token|credentials?)\Z"
)
_HIDING = _any_case(r"mask|redact|hash|len|bool|obfuscate|censor")


def assigned(node: ast.AST, module: Module) -> Iterator[Hit]:
    """A constant in a variable, attribute or item with a secret's name."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    value = getattr(node, "value", None)
    for target in targets:
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = list(zip(target.elts, value.elts, strict=True))
        for name, content in pairs:
            yield from _named(_name_of(name), content)


def defaulted(node: ast.AST, module: Module) -> Iterator[Hit]:
    """A constant as the default of a parameter with a secret's name."""
    if isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        for parameter, default in zip(reversed(positional), reversed(node.defaults), strict=False):
            if text_of(default):
                yield from _named(parameter.arg, default)


def in_dictionary(node: ast.AST, module: Module) -> Iterator[Hit]:
    """A constant under a key with a secret's name."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if text_of(value):
                yield from _named(text_of(key) or "", value)


def compared(node: ast.AST, module: Module) -> Iterator[Hit]:
    """A secret compared with a constant."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq) and text_of(node.comparators[0]):
        yield from _named(_name_of(node.left), node.comparators[0])


def passed(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A constant passed as an argument with a secret's name."""
    for item in call.keywords:
        if item.arg and text_of(item.value):
            yield from _named(item.arg, item.value)


def logged(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A secret's variable among what is printed or logged."""
    if not _OUTPUT.match(name):
        return
    for item in call.args:
        if _HIDING.search(ast.unparse(item)):
            continue
        names = [_name_of(part) for part in ast.walk(item) if isinstance(part, ast.Name | ast.Attribute)]
        if any(_SECRET.search(name) for name in names):
            yield Hit(LOGGED, call.lineno, "medium")
            return


def material(text: str) -> Iterator[Hit]:
    """Keys and tokens known by their form, anywhere in the text."""
    for match in _MATERIAL.finditer(text):
        yield Hit(KEY_MATERIAL, text.count("\n", 0, match.start()) + 1, "high")


def _name_of(node: ast.expr | ast.AST) -> str:
    if isinstance(node, ast.Subscript):
        return text_of(node.slice) or ""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _named(name: str, value: ast.expr | None) -> Iterator[Hit]:
    content = value.value if isinstance(value, ast.Constant) else None
    if isinstance(content, str | bytes) and _NAME.search(name):
        yield Hit(HARD_CODED, value.lineno if value else 1, _sureness(name, content))


def _sureness(name: str, content: str | bytes) -> Grade:
    """Weigh a name about a secret (its column, its template) and an empty or obvious content lower."""
    if _ABOUT.search(name) or not content or isinstance(content, bytes):
        return "low"
    return (
        "high" if len(content) >= 16 and re.search(r"\d", content) and not re.search(r"[\s{}/]", content) else "medium"
    )


CALLS: tuple[CallRule, ...] = (passed, logged)
NODES: dict[type[ast.AST], tuple[NodeRule, ...]] = {
    ast.Assign: (assigned,),
    ast.AnnAssign: (assigned,),
    ast.arguments: (defaulted,),
    ast.Dict: (in_dictionary,),
    ast.Compare: (compared,),
}
