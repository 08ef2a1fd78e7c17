"""The judge for agents: tools over the Model Context Protocol on standard input and output.

Standard output carries the protocol and nothing else; what the user should know goes to standard error. The records are
smaller than those over HTTP: an agent reads all of them.
"""

import os
import threading
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import Field, ValidationError

from codefavor import __version__
from codefavor.errors import CodeFavorError
from codefavor.evidence.account import account
from codefavor.judge.both_orders import BothOrders
from codefavor.judge.comments import with_comments
from codefavor.judge.load import load_judge
from codefavor.judge.protocol import Judge
from codefavor.pairs.comparison import Choice
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.verdict import Verdict
from codefavor.record import Record, explain
from codefavor.sandbox.shared import SharedPool
from codefavor.serve.messages import CRITERION_HELP, Code, CompareRequest, Instruction, Words

_INSTRUCTIONS = (
    "Which of several pieces of code is better, by correctness, efficiency, security, human preference or any words. "
    "Worked examples in the instruction (>>> f(1)) are run in a sandbox where the judge collects evidence. "
    "An undecided answer is no tie: it says why there is no answer."
)
_CRITERION = Field(description=f"What better means. {CRITERION_HELP}")


class Answer(Record):
    """Which of two candidates is better."""

    choice: Choice | None
    """The better side or "tie"; null means undecided."""
    probability: float | None
    """How sure the judge is of its choice, from 0.5 to 1, where it says so."""
    why: str | None
    """The judge's reasoning, or why it is undecided."""
    judge: str
    """The judge's name."""


class Account(Record):
    """What running and analysing two candidates showed."""

    decides_for: Choice | None
    """The side that the evidence by itself decides for; null where it decides nothing."""
    words: str
    """What decides, or why nothing does."""
    lines: tuple[str, ...]
    """The evidence, a line each."""


class Tools:
    """The tools of one server. One call at a time reaches the judge: not every judge may be called from two threads."""

    def __init__(self, judge: Judge, evidence: Judge) -> None:
        self._judge = judge
        self._evidence = evidence
        self._turn = threading.Lock()

    def compare(
        self,
        instruction: Instruction,
        code_a: Code,
        code_b: Code,
        criterion: Annotated[Words, _CRITERION] = Aspect.CORRECTNESS.value,
    ) -> Answer:
        """Say which of two candidates for an instruction is better by a criterion, and how sure that is."""
        verdict = self._ask(self._judge, instruction, code_a, code_b, criterion)
        probability = verdict.prob_a
        if probability is not None:
            probability = round(max(probability, 1 - probability), 4)
        return Answer(
            choice=verdict.choice,
            probability=probability,
            why=verdict.undecided or verdict.feedback,
            judge=verdict.judge,
        )

    def explain(
        self,
        instruction: Instruction,
        code_a: Code,
        code_b: Code,
        criterion: Annotated[Words, _CRITERION] = Aspect.CORRECTNESS.value,
    ) -> Account:
        """Run and analyse two candidates in a sandbox and tell what was seen: failing calls, growth, weaknesses."""
        verdict = self._ask(self._evidence, instruction, code_a, code_b, criterion)
        return Account(
            decides_for=verdict.choice,
            words=verdict.undecided or verdict.feedback or "",
            lines=tuple(account(verdict.evidence)) if verdict.evidence else (),
        )

    def _ask(self, judge: Judge, instruction: str, code_a: str, code_b: str, criterion: str) -> Verdict:
        asked = CompareRequest(instruction=instruction, code_a=code_a, code_b=code_b, criterion=criterion)
        shown = with_comments(asked.comparison(), asked.comments).comparison
        try:
            with self._turn:
                (verdict,) = judge.judge([shown])
        except CodeFavorError as error:
            raise ToolError(str(error)) from None
        return verdict


class _Server(MCPServer[Any]):
    """A server whose tools refuse in one sentence."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise ToolError(f"{name}: {explain(error.__cause__)}") from error.__cause__
            raise


def build(tools: Tools) -> MCPServer[Any]:
    """Return a server with all tools."""
    server = _Server("codefavor", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING")
    for tool in (tools.compare, tools.explain):
        server.add_tool(tool)
    return server


def run(spec: str, unsafe_local: bool) -> None:
    """Answer on standard input and output until the input ends.

    Raises:
        CodeFavorError: the judge cannot be loaded.
    """
    with SharedPool(os.cpu_count() or 1, unsafe_local) as shared:
        judge = BothOrders(load_judge(spec, unsafe_local, shared))
        build(Tools(judge, load_judge("evidence", unsafe_local, shared))).run("stdio")
