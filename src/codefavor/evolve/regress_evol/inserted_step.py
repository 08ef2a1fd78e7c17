"""Inserted steps: a step written into a real function, well on one side and badly on the other.

Calls whose safety or cost matters are rare in ordinary libraries, so these operators bring them along; the sentence
that asks for the step is added to the instruction.
"""

import ast
from random import Random
from typing import ClassVar, NamedTuple

from codefavor.evolve.regress_evol.operator import Change, Operator
from codefavor.evolve.regress_evol.snippet import FunctionNode, Snippet
from codefavor.evolve.regress_evol.template import altered, statements

_WORDS = {
    "user": ("user", "username", "login", "account", "owner", "member", "email", "name"),
    "table": ("users", "orders", "items", "accounts", "events", "messages", "products", "sessions", "logs", "notes"),
    "file": ("state", "cache", "data", "index", "session", "model", "settings", "snapshot", "history", "tree"),
    "host": ("api", "auth", "files", "data", "mirror", "updates", "service", "hooks"),
    "tool": ("ping", "convert", "tar", "git", "grep", "ls", "ffmpeg", "nslookup", "rm", "wc"),
}
"""Words that a step's `{user}`, `{table}` and so on are filled with, so that no word gives a pair away."""


class StepCase(NamedTuple):
    """One job and the ways to do it; any careful one may meet any careless one."""

    task: str
    """The sentence that asks for the job, without saying how."""
    careful: tuple[str, ...]
    """Sources of the chosen code."""
    careless: tuple[str, ...]
    """Sources of the rejected code."""


class InsertedStep(Operator):
    """A step added to a function, in careful and careless versions.

    In the sources `INPUT` stands for a parameter of the function, `RESULT` for a new variable.
    """

    visits = (ast.FunctionDef, ast.AsyncFunctionDef)
    result: ClassVar[tuple[str, ...]] = ("value",)
    """Names for the variable that the step sets."""
    cases: ClassVar[tuple[StepCase, ...]]
    """Jobs that the step does, each in ways that can be compared."""

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """Return the step put between two statements of the function; None for a function without parameters."""
        assert isinstance(node, FunctionNode)
        if node is not snippet.function or not snippet.parameters:
            return None
        words = {kind: rng.choice(choices) for kind, choices in _WORDS.items()}
        holes = {
            "INPUT": rng.choice(snippet.parameters),
            "RESULT": snippet.fresh(*rng.sample(self.result, len(self.result))),
        }
        case = rng.choice(self.cases)
        sides = (rng.choice(case.careless), rng.choice(case.careful))
        at = rng.randrange(len(node.body))
        worse, better = (_inserted(node, at, statements(_filled(source, words), **holes)) for source in sides)
        task = _filled(case.task, words).replace("INPUT", holes["INPUT"])
        return Change(node=node, worse=worse, better=better, task=task)


def _filled(source: str, words: dict[str, str]) -> str:
    for kind, word in words.items():
        source = source.replace("{" + kind + "}", word)
    return source


def _inserted(function: FunctionNode, at: int, step: list[ast.stmt]) -> FunctionNode:
    body = [*function.body[:at], *step, *function.body[at:]]
    return altered(function, body=body)
