"""What an operator is: something that looks at one node of good code and says how to make it worse.

An operator proposes; it changes nothing. Putting a change into the tree is `codefavor.evolve.regress_evol.snippet`.
"""

import ast
from abc import ABC, abstractmethod
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from codefavor.evolve.regress_evol.snippet import Replacement, Snippet
from codefavor.pairs.criterion import Aspect


@dataclass(frozen=True)
class Change:
    """What stands in a node's place on either side of a pair."""

    node: ast.AST
    """The node to replace."""
    worse: Replacement
    """What stands there in the rejected code."""
    better: Replacement | None = None
    """What stands there in the chosen code; None leaves the original."""
    task: str | None = None
    """A sentence that the instruction needs in addition, where the change adds a step to the code."""


class Operator(ABC):
    """One known way in which code gets worse."""

    name: ClassVar[str]
    """The name in a pair's provenance."""
    aspect: ClassVar[Aspect]
    """The criterion that the change harms."""
    harm: ClassVar[str]
    """Why the rejected code is worse: the pair's feedback."""
    visits: ClassVar[tuple[type[ast.AST], ...]]
    """The kinds of node that it looks at."""
    settles_imports: ClassVar[bool] = True
    """Whether imports are brought into line with the changed code; not for a change that is about an import."""

    @abstractmethod
    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """Return how to make `node` worse, or None where this operator has nothing to do. `node` stays untouched."""

    def changes(self, snippet: Snippet, rng: Random) -> list[Change]:
        """Return every change that this operator finds in a snippet, in the order of the code."""
        found = (self.change(node, snippet, rng) for kind in self.visits for node in snippet.nodes(kind))
        return [change for change in found if change is not None]


def worse(node: ast.AST, replacement: Replacement | None) -> Change | None:
    """Return the change that puts `replacement` in the place of good code, or None where there is none."""
    return None if replacement is None else Change(node=node, worse=replacement)


def better(node: ast.expr | ast.stmt, replacement: Replacement | None) -> Change | None:
    """Return the change that takes code as it was found for the worse side, and `replacement` for the better."""
    return None if replacement is None else Change(node=node, worse=node, better=replacement)
