"""The judge for agents: tools over the Model Context Protocol on standard input and output.

Standard output carries the protocol and nothing else; what the user should know goes to standard error. The records are
smaller than those over HTTP: an agent reads all of them.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import Field, ValidationError

from codefavor import __version__
from codefavor.api import compare
from codefavor.errors import CodeFavorError
from codefavor.evidence.describe import describe
from codefavor.git.repository import open_repository
from codefavor.git.revisions import find_revisions
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.evidence import EvidenceJudge
from codefavor.judges.load import load_judge
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Choice
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS, Aspect, resolve_criterion
from codefavor.ranking.tournament import rank
from codefavor.record import Record, explain
from codefavor.review.records import Review
from codefavor.review.review_changes import review_changes
from codefavor.sandbox.engine import EngineChoice
from codefavor.sandbox.shared import SharedEngine
from codefavor.serve.messages import CRITERION_HELP, Code, Instruction, LanguageField, Words
from codefavor.serve.rank_messages import MAX_CANDIDATES, RankAnswer, RankRequest

_INSTRUCTIONS = (
    "Which of several pieces of code is better, by correctness, efficiency, security, human preference or any words. "
    "Worked examples in the instruction (>>> f(1)) are run in a sandbox where the judge collects evidence. "
    "An undecided answer is no tie: it says why there is no answer."
)
Candidates = Annotated[tuple[Code, ...], Field(min_length=1, max_length=MAX_CANDIDATES)]
_DEFAULT = Aspect.CORRECTNESS.value
_CRITERION = Field(description=f"What better means. {CRITERION_HELP}")


class CompareResult(Record):
    """Which of two candidates is better."""

    choice: Choice | None
    """The better side or "tie"; null means undecided."""
    probability: float | None
    """How sure the judge is of its choice, from 0.5 to 1, where it says so."""
    why: str | None
    """The judge's reasoning, or why it is undecided."""
    judge: str
    """The judge's name."""


class ExplainResult(Record):
    """What running and analysing two candidates showed."""

    decides_for: Choice | None
    """The side that the evidence by itself decides for; null where it decides nothing."""
    words: str
    """What decides, or why nothing does."""
    lines: tuple[str, ...]
    """The evidence, a line each."""


class Tools:
    """The tools of one server. One call at a time reaches the judge: not every judge may be called from two threads."""

    def __init__(self, make_judge: Callable[[Judge], Judge], shared: SharedEngine) -> None:
        """Ask the judge that `make_judge` makes from the one that stands for `evidence`; code is run in `shared`."""
        self._make_judge = make_judge
        self._shared = shared
        self._evidence = EvidenceJudge(shared=shared)
        self._judge = make_judge(self._evidence)
        self._turn = threading.Lock()

    def compare(
        self,
        instruction: Instruction,
        code_a: Code,
        code_b: Code,
        criterion: Annotated[Words, _CRITERION] = _DEFAULT,
        language: LanguageField = "python",
    ) -> CompareResult:
        """Say which of two candidates for an instruction is better by a criterion, and how sure that is."""
        with self._turn_taken():
            verdict = compare(instruction, code_a, code_b, criterion=criterion, judge=self._judge, language=language)
        probability = verdict.prob_a
        if probability is not None:
            probability = round(max(probability, 1 - probability), 4)
        return CompareResult(
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
        criterion: Annotated[Words, _CRITERION] = _DEFAULT,
        language: LanguageField = "python",
    ) -> ExplainResult:
        """Run and analyse two candidates in a sandbox and say what was seen: failing calls, growth, weaknesses."""
        with self._turn_taken():
            verdict = compare(
                instruction,
                code_a,
                code_b,
                criterion=criterion,
                judge=self._evidence,
                language=language,
                orders="given",
            )
        return ExplainResult(
            decides_for=verdict.choice,
            words=verdict.undecided or verdict.feedback or "",
            lines=tuple(describe(verdict.evidence)) if verdict.evidence else (),
        )

    def rank(
        self,
        instruction: Instruction,
        candidates: Candidates,
        criterion: Annotated[Words, _CRITERION] = _DEFAULT,
        language: LanguageField = "python",
    ) -> RankAnswer:
        """Say which of many candidates for an instruction is best, from as few judgements as it takes."""
        request = RankRequest(instruction=instruction, candidates=candidates, criterion=criterion, language=language)
        with self._turn_taken():
            return RankAnswer.from_ranking(rank(self._judge, request.task(), request.settings()).ranking)

    def review(
        self,
        repository: Annotated[str, Field(description="The folder of a git repository.")] = ".",
        revisions: Annotated[
            str | None, Field(description="OLD..NEW, MAIN...BRANCH, or one commit; null for the last commit.")
        ] = None,
        staged: Annotated[bool, Field(description="What is staged, against the last commit.")] = False,
        criteria: Annotated[
            tuple[Words, ...], Field(min_length=1, max_length=8, description=f"Each: {CRITERION_HELP}")
        ] = VERIFIABLE_ASPECTS,
    ) -> Review:
        """Say of every function that a git diff changes whether it became worse or better, and why."""
        if staged and revisions:
            raise ToolError("staged and revisions exclude each other; give one")
        with self._turn_taken():
            opened = open_repository(Path(repository))
            return review_changes(
                opened,
                find_revisions(opened, revisions, staged),
                [resolve_criterion(words) for words in criteria],
                lambda evidence: BothOrders(self._make_judge(evidence)),
                self._shared.engine(),
                self._shared.workers,
            )

    @contextmanager
    def _turn_taken(self) -> Iterator[None]:
        try:
            with self._turn:
                yield
        except CodeFavorError as error:
            raise ToolError(" ".join(str(error).split())) from None


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
    for tool in (tools.compare, tools.rank, tools.review, tools.explain):
        server.add_tool(tool)
    return server


def run(spec: str, engine: EngineChoice) -> None:
    """Answer on standard input and output until the input ends.

    Raises:
        CodeFavorError: the judge cannot be loaded.
    """
    with SharedEngine(os.cpu_count() or 1, engine) as shared:
        build(Tools(lambda evidence: load_judge(spec, engine, evidence), shared)).run("stdio")
