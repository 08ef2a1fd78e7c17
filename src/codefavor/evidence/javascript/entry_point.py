"""Which function an instruction asks for, and under which name both JavaScript candidates offer it. Nothing is run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from codefavor.evidence.entry_point import EntryPoint, NamedFunctions, named_in, pick_name
from codefavor.evidence.javascript.text import balanced_end, split_list
from codefavor.languages.javascript import JAVASCRIPT
from codefavor.languages.source import CodeFunction, Unparsable

_STUBS = re.compile(
    r"\bfunction\b[ \t]*\*?[ \t]*([\w$]+)[ \t]*\("
    r"|\b(?:const|let|var)[ \t]+([\w$]+)[ \t]*=[ \t]*(?:async\b[ \t]*)?"
    r"(?:function\b|\([^()\n]*\)[ \t]*=>|[\w$]+[ \t]*=>)"
)
_EXPORTED = re.compile(r"^(?:module\.)?exports\.")
_BY_DEFAULT = re.compile(r"(?:^|[;}])[ \t]*(?:module\.exports[ \t]*=|export[ \t]+default\b)", re.MULTILINE)
_PARAMETERS = re.compile(
    r"\bfunction\b\s*\*?\s*[\w$]*\s*(?P<declared>\()"
    r"|=\s*(?:async\b\s*)?(?:(?P<listed>\()|(?P<single>[A-Za-z_$][\w$]*)\s*=>)"
    r"|^(?:async\b\s*)?(?:(?P<bare>\()|(?P<alone>[A-Za-z_$][\w$]*)\s*=>)"
    r"|^(?:(?:async|static)\s+|\*\s*)*[\w$]+\s*(?P<method>\()"
)
_PARAM_TAG = re.compile(r"@param\s*\{([^}]*)\}\s*\[?([\w$]+)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_TYPES = {"number": "int", "string": "str", "boolean": "bool", "object": "dict", "array": "list", "bigint": "int"}


@dataclass(frozen=True)
class JavaScriptCandidate:
    """One JavaScript candidate; what is derived from its code is worked out when it is first needed, and kept."""

    code: str
    """The candidate's own text."""

    @cached_property
    def functions(self) -> Mapping[str, CodeFunction]:
        """Its functions that belong to no class, by the name they are exported or declared by, in order."""
        functions = JAVASCRIPT.syntax.functions(self.code)
        if isinstance(functions, Unparsable):
            return {}
        names = {_EXPORTED.sub("", one.name): one for one in functions if one.qualified_name == one.name}
        return {name: one for name, one in names.items() if _NAME.fullmatch(name)}

    @cached_property
    def has_default(self) -> bool:
        """Whether it exports something without saying how that is called."""
        return _BY_DEFAULT.search(self.code) is not None


def find_javascript_entry_point(instruction: str, a: JavaScriptCandidate, b: JavaScriptCandidate) -> EntryPoint | None:
    """Return the function that both candidates are to be called by, or None when that cannot be told.

    It is found as a Python function is (`evidence.entry_point`). Where no candidate defines a name that the instruction
    gives, but both have a default export, they are called by the surest of these names.
    """
    stubs = [name for names in _STUBS.findall(instruction) for name in names if name]
    named = named_in(instruction, stubs)
    name = pick_name(named, list(a.functions), list(b.functions))
    if name is not None:
        return _describe(name, a.functions.get(name) or b.functions[name])
    return _by_default(named, a, b)


def _by_default(named: NamedFunctions, a: JavaScriptCandidate, b: JavaScriptCandidate) -> EntryPoint | None:
    names = [*named.asked, *named.mentioned]
    if not names or not (a.has_default and b.has_default):
        return None
    source = a.code[match.start() :] if (match := _BY_DEFAULT.search(a.code)) else ""
    parameters = _parameters(source.replace("export default", "module.exports =", 1))
    return _entry_point(names[0], parameters, "")


def _describe(name: str, function: CodeFunction) -> EntryPoint:
    return _entry_point(name, _parameters(function.source), function.documentation or "")


def _entry_point(name: str, parameters: list[str], documentation: str) -> EntryPoint:
    types = {parameter: kind for kind, parameter in _PARAM_TAG.findall(documentation)}
    positional = [parameter for parameter in parameters if not parameter.startswith("...")]
    names = tuple(_name_of(parameter, place) for place, parameter in enumerate(positional))
    required = next((at for at, parameter in enumerate(positional) if "=" in parameter), len(positional))
    return EntryPoint(name, names, required, tuple(_annotation(types.get(one)) for one in names))


def _parameters(source: str) -> list[str]:
    """Return the parameters of a function as they stand in its source."""
    match = _PARAMETERS.search(source)
    if match is None:
        return []
    if name := match["single"] or match["alone"]:
        return [name]
    start = next(match.start(group) for group in ("declared", "listed", "bare", "method") if match[group])
    end = balanced_end(source, start)
    return split_list(source[start + 1 : end - 1]) if end else []


def _name_of(parameter: str, place: int) -> str:
    name = _NAME.match(parameter)
    return name[0] if name else f"argument{place}"


def _annotation(kind: str | None) -> str | None:
    """Return a type of a documentation comment as Python would annotate it: `number[]` is `list[int]`."""
    if not kind:
        return None
    text = kind.strip().lstrip("?!").removesuffix("=").lower()
    if text.endswith("[]"):
        return f"list[{_annotation(text[:-2])}]"
    inner = re.fullmatch(r"array\.?<(.*)>", text)
    return f"list[{_annotation(inner[1])}]" if inner else _TYPES.get(text, text)
