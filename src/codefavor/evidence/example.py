"""A worked example: a call, and what an instruction says should come of it."""

from dataclasses import dataclass
from typing import Literal

ExampleKind = Literal["equals", "prints", "raises", "holds"]


@dataclass(frozen=True)
class WorkedExample:
    """One worked example."""

    call: str
    """Python source whose last expression is the call, in the candidate's names."""
    kind: ExampleKind
    """How the result is compared: with a value, with what is printed, with an exception, or by a condition."""
    expected: str
    """The value's source, the printed text, the exception's name, or the condition on the result, named `_`."""
    arguments: tuple[str, ...] | None = None
    """The sources of the positional arguments where it is a plain call: the seeds of generated inputs."""
