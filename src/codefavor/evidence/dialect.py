"""What evidence has to know of a language to call functions in it and to read what comes of that: one value each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.sandbox.job import SandboxCall


@dataclass(frozen=True)
class Dialect:
    """How calls, values and examples are written in one language. Values are decoded ones (`sandbox.inside.values`)."""

    language: str
    """The canonical name of the language."""
    find_examples: Callable[[str, EntryPoint], list[WorkedExample]]
    """Returns the worked examples of a function that an instruction shows."""
    evaluate: Callable[[str], Any]
    """Returns the value of a literal; raises ValueError where it is none."""
    call: Callable[[str, Sequence[Any], int], SandboxCall]
    """Returns the call of a function, by its name, on plain values, with its fuel."""
    write: Callable[[Any], str]
    """Returns a value as source, or as it would be shown where there is no such source."""
    is_plain: Callable[[Any], bool]
    """Whether what `write` returns makes the value again."""
    same: Callable[[Any, Any], bool]
    """Whether two values are equal, the first being the expected one."""
    printed: Callable[[Any], tuple[str, ...]]
    """Returns the texts by which an instruction may show that a value is printed."""
    name_called: Callable[[str], str | None]
    """Returns the name of the function that source ends by calling, or None."""
    returning: str
    """The code of a function `{name}` that returns `{result}`, whatever its arguments are."""
    condition: str
    """The source that says whether `{condition}` holds of `{value}`, which it calls `_`."""
    library: str
    """The code that expressions in instructions take to be loaded."""
    clear_ratio: float
    """Ratio of work that says which candidate does less."""
    can_reach_harness: Callable[[str], bool]
    """Whether code may find what calls it, and do its part in its place."""
    unrun: Callable[[str], str]
    """Returns code whose loading does what loading that of a candidate has to, its imports included, and runs nothing
    else of it."""
    undefined_name: str
    """The exception for a name that nothing defines."""
