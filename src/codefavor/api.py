"""The two questions that programs ask, one call each: which of two is better, which of many is best.

The command line and the agents' server ask through here too. Loading judges is `judges.load`; answering in batches and
over HTTP is elsewhere.
"""

import logging
import os
from collections.abc import Sequence
from typing import TypeVar

from pydantic import ValidationError

from codefavor.errors import UserError
from codefavor.judges.both_orders import Orders, judge_in_orders
from codefavor.judges.load import default_spec, load_judge
from codefavor.judges.protocol import Judge
from codefavor.languages.registry import language_named
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, Criterion, resolve_criterion
from codefavor.pairs.presentation import CommentPolicy, present
from codefavor.pairs.verdict import Verdict
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.ranking import Ranking, RankSettings
from codefavor.record import Record, explain

_LOG = logging.getLogger(__name__)

RecordT = TypeVar("RecordT", bound=Record)


def compare(
    instruction: str,
    code_a: str,
    code_b: str,
    *,
    criterion: str | Criterion = Aspect.CORRECTNESS,
    judge: str | Judge | None = None,
    language: str = "python",
    comments: CommentPolicy = "stripped",
    orders: Orders = "both",
) -> Verdict:
    """Return which of two candidates is better, and why or why there is no answer.

    Args:
        instruction: what the code was to do; worked examples in it (`>>> f(1)`) are run by judges that collect
            evidence.
        code_a: candidate A.
        code_b: candidate B.
        criterion: an aspect (correctness, efficiency, security, human-preference), any other words, or a criterion.
            Words that clearly mean an aspect have it; evidence answers by no others.
        judge: a judge, the spec of one, or None for `CODEFAVOR_JUDGE`, else evidence. One that is named is loaded for
            this call alone: load it once, by `load_judge`, where there are many.
        language: the programming language of both, by any of its names ("JS" is "javascript").
        comments: whether they are stripped for the three verifiable aspects.
        orders: ask in both orders, or in the order given alone.

    Raises:
        UserError: there is no such judge or language, or what is given is no text.
        ModelError: the judge cannot be loaded, or failed.
        PluginError: the judge is another package's, which is broken.
        SandboxError: the judge runs code, and it cannot be run safely here; `load_judge(spec, engine="unsafe")`
            gives one that runs it all the same.
    """
    comparison = _made(
        Comparison,
        instruction=instruction,
        criterion=_criterion(criterion),
        code_a=code_a,
        code_b=code_b,
        language=_language(language),
    )
    chosen = judge_in_orders(_judge(judge), orders)
    _LOG.debug("%s judges two codes in %s by %s", chosen.name, comparison.language, comparison.criterion.key)
    (verdict,) = chosen.judge([present(comparison, comments).comparison])
    return verdict


def rank(
    instruction: str,
    candidates: Sequence[str],
    *,
    criterion: str | Criterion = Aspect.CORRECTNESS,
    judge: str | Judge | None = None,
    language: str = "python",
    settings: RankSettings | None = None,
) -> Ranking:
    """Return the candidates in order, from as few judgements as it takes; both orders are asked as they are needed.

    Args:
        instruction: what the code was to do.
        candidates: the codes; the ranking names them by their place, the first being 0.
        criterion: as in `compare`.
        judge: as in `compare`.
        language: the programming language of all, as in `compare`.
        settings: when to stop, the most judgements, comments, the seed.

    Raises:
        UserError: there is no candidate, no such judge or language, or what is given is no text.
        ModelError: the judge cannot be loaded, or failed.
        PluginError: the judge is another package's, which is broken.
        SandboxError: the judge runs code, and it cannot be run safely here.
    """
    task = _made(
        CandidateSet,
        id="candidates",
        instruction=instruction,
        criterion=_criterion(criterion),
        candidates=tuple(candidates),
        language=_language(language),
    )
    from codefavor.ranking import tournament  # with scipy, whose import takes longer than to compare two codes

    return tournament.rank(_judge(judge), task, settings or RankSettings()).ranking


def _criterion(criterion: str | Criterion) -> Criterion:
    return criterion if isinstance(criterion, Criterion) else resolve_criterion(criterion)


def _language(name: str) -> str:
    return language_named(name).name if isinstance(name, str) else name  # the record refuses what is no text


def _judge(judge: str | Judge | None) -> Judge:
    return load_judge(judge or default_spec(os.environ)) if judge is None or isinstance(judge, str) else judge


def _made(kind: type[RecordT], **fields: object) -> RecordT:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise UserError(explain(error)) from None
