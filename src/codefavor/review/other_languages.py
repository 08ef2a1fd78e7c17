"""Changed files in languages whose functions are not judged yet: named with their language and what differs in them."""

from collections import defaultdict
from collections.abc import Iterator

from codefavor.languages.registry import language_named
from codefavor.languages.source import CodeFunction, Unparsable
from codefavor.review.changed_files import ChangedFile
from codefavor.review.records import NotJudged

_MAX_NAMES = 8


def name_unreviewed(file: ChangedFile) -> NotJudged:
    """Return that a file is not reviewed, with its language and the functions that differ in it."""
    language = language_named(file.language)
    reason = f"{language.title} is not reviewed yet."
    sides = [language.syntax.functions(code) for code in (file.old, file.new)]
    old, new = (() if isinstance(side, Unparsable) else side for side in sides)
    differing = list(_differing(old, new)) if not any(isinstance(side, Unparsable) for side in sides) else []
    if differing:
        more = f" and {len(differing) - _MAX_NAMES} more" if len(differing) > _MAX_NAMES else ""
        reason += f" Functions that differ: {', '.join(differing[:_MAX_NAMES])}{more}."
    return NotJudged(path=file.new_path or file.old_path or "", reason=reason)


def _differing(old: tuple[CodeFunction, ...], new: tuple[CodeFunction, ...]) -> Iterator[str]:
    """Yield the qualified names whose functions differ, overloads together, in the order of the new side."""
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys([*after, *before]):
        if name not in before:
            yield f"{name} (added)"
        elif name not in after:
            yield f"{name} (deleted)"
        elif sorted(before[name]) != sorted(after[name]):
            yield f"{name} (changed)"


def _by_name(functions: tuple[CodeFunction, ...]) -> dict[str, list[str]]:
    sources: dict[str, list[str]] = defaultdict(list)
    for function in functions:
        sources[function.qualified_name].append(function.source)
    return sources
