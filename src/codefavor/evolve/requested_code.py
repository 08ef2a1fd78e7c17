"""The code that an instruction asks for: which function it names, and a reply reduced to it and what it needs.

Nothing is executed; what cannot be told from the text is left as it is.
"""

import builtins
import re
from functools import cache

from codefavor.evolve.requested_python import binds, reduce_python
from codefavor.languages.language import Language
from codefavor.languages.python.language import PYTHON
from codefavor.languages.source import Unparsable

_DEFINITION = re.compile(r"\b(?:def|class)\s+([A-Za-z_]\w*)(?=\s*[(:])")
_DEFINITION_ELSEWHERE = re.compile(
    r"\b(?:(?:def|func|function|fn|fun)\s+([A-Za-z_$][\w$]*)(?=[(<\[])"
    r"|(?:class|struct|interface|trait|enum)\s+([A-Za-z_$][\w$]*)(?=\s*[{<]))"
)
_TYPE_OR_VARIABLE = (
    r"\b(?:class|struct|interface|trait|enum|object|record|type|module|namespace|const|let|var|val|static)\s+{name}\b"
)
_NO_NAMES = frozenset({"a", "an", "the", "that", "which", "with", "and", "to", "it", "in", "for"})
_BUILTINS = frozenset(dir(builtins))


def requested_name(instruction: str, language: Language) -> str | None:
    """Return the function or class that an instruction asks for by name, or None when it names none.

    A definition in code ("def f(x):") counts before a name in words, and the first counts.
    """
    python = language.name == PYTHON.name
    definition = _DEFINITION if python else _DEFINITION_ELSEWHERE
    matches = [*definition.finditer(instruction), *_named_in_words(language.title).finditer(instruction)]
    names = [next(filter(None, match.groups())) for match in matches]
    excluded = _NO_NAMES | _BUILTINS if python else _NO_NAMES
    return next((name for name in names if name.lower() not in excluded), None)


@cache
def _named_in_words(title: str) -> re.Pattern[str]:
    return re.compile(
        r"\b(?:function|method|class|decorator|generator|coroutine)s?\s+(?:(?:called|named)\s+)?[`'\"*]+([A-Za-z_]\w*)"
        r"|\b(?:called|named)\s+[`'\"*]*([A-Za-z_]\w*)[`'\"*]*"
        r"|\b(?:function|class)\s+([A-Za-z]\w*_\w*|[a-z]\w*(?=\())"
        rf"|\b(?:write|implement|define|create|complete)\s+(?:an?\s+|the\s+)?(?:{re.escape(title)}\s+)?"
        r"[`'\"*]+([A-Za-z_]\w*)(?=\(|[`'\"*])",
        re.IGNORECASE,
    )


def defines(code: str, name: str, language: Language) -> bool:
    """Return whether `code` defines `name` anywhere: a function, a method, a type or a variable."""
    if language.name == PYTHON.name:
        return binds(code, name)
    functions = language.syntax.functions(code)
    if isinstance(functions, Unparsable):
        return False
    if any(name in re.split(r"[^\w$]+", function.qualified_name) for function in functions):
        return True
    pattern = _TYPE_OR_VARIABLE.replace("{name}", re.escape(name))
    return re.search(pattern, language.syntax.strip_comments(code).code) is not None


def reduce_to(code: str, name: str | None, language: Language) -> str:
    """Return what `name` needs of `code`; in languages other than Python, where that cannot be told, all of it."""
    return reduce_python(code, name) if language.name == PYTHON.name else code.strip("\n")
