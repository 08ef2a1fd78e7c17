"""Prune a long file to what a change touches; both sides alike, so that their difference stays what it was.

Python is pruned by its syntax tree, with the imports that the rest uses. Other languages are pruned to the functions
that changed, and to the paragraphs that changed outside functions: imports, constants, headers of types.
"""

from collections import Counter
from collections.abc import Iterator

from codefavor.evolve.prune_python import prune_python
from codefavor.languages.language import Language
from codefavor.languages.python.language import PYTHON
from codefavor.languages.source import CodeFunction, Unparsable


def prune_to_change(before: str, after: str, limit: int, language: Language) -> tuple[str, str] | Unparsable:
    """Return both sides whole when neither is longer than `limit` characters, else pruned to what differs.

    A file that does not parse, whatever its length, gives the reason instead.
    """
    if max(len(before), len(after)) <= limit:
        return language.syntax.check(before) or language.syntax.check(after) or (before, after)
    if language.name == PYTHON.name:
        return prune_python(before, after)
    return _prune_to_functions(before, after, language)


def _prune_to_functions(before: str, after: str, language: Language) -> tuple[str, str] | Unparsable:
    old_functions, new_functions = language.syntax.functions(before), language.syntax.functions(after)
    if isinstance(old_functions, Unparsable):
        return old_functions
    if isinstance(new_functions, Unparsable):
        return new_functions
    old, new = list(_parts_of(before, old_functions)), list(_parts_of(after, new_functions))
    return _without(old, new), _without(new, old)


def _parts_of(code: str, functions: tuple[CodeFunction, ...]) -> Iterator[str]:
    """Yield the functions of a file, and the paragraphs between them, in order."""
    lines = code.split("\n")
    end = 0
    for function in functions:
        if function.first_line <= end:  # a second function on one line belongs to the first
            continue
        yield from _paragraphs(lines[end : function.first_line - 1])
        yield "\n".join(lines[function.first_line - 1 : function.last_line])
        end = function.last_line
    yield from _paragraphs(lines[end:])


def _paragraphs(lines: list[str]) -> Iterator[str]:
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            yield "\n".join(paragraph)
            paragraph = []


def _without(parts: list[str], others: list[str]) -> str:
    """Return the parts that do not stand among the others, as often as they stand there less."""
    unmatched = Counter(parts) - Counter(others)
    kept = []
    for part in parts:
        if unmatched[part]:
            unmatched[part] -= 1
            kept.append(part)
    return "\n\n".join(kept) + "\n" if kept else ""
