"""What a study asks: its tasks as people will see them, its attention checks, and the rules it was begun with.

Comments are treated as for judges (paper, section 3.1): stripped for the three verifiable aspects, kept for human
preference. A comparison stands in a study once, whichever order it has. Votes and annotators are not known here.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field

from codefavor.annotate.checks import builtin_checks
from codefavor.bench.pair_strata import stratum_of_criterion
from codefavor.bench.tasks import load_tasks
from codefavor.errors import ConfigError, DataError
from codefavor.pairs.comparison import Comparison, LabeledComparison, Side
from codefavor.pairs.criterion import Criterion, resolve_criterion
from codefavor.pairs.presentation import CommentPolicy, present
from codefavor.pairs.source import read_pairs
from codefavor.record import Record, content_digest


class StudySettings(Record):
    """The rules of a study; they stay as they were when it began."""

    votes_per_task: int = Field(default=3, ge=1)
    """How many people are to vote on each task (paper: three)."""
    check_rate: float = Field(default=0.05, ge=0, le=0.5)
    """The share of attention checks among what an annotator is shown."""
    comments: CommentPolicy = "stripped"
    """Whether comments are stripped from the candidates of verifiable aspects."""
    criterion: str | None = None
    """The aspect or the words that replace the criteria of the pairs."""
    seed: int = 0
    """Draws orders, the sequence of tasks and the places of checks."""


class StudyTask(Record):
    """A comparison that people vote on, in the order that the analysis speaks of."""

    id: str
    """A name unique in the study that tells nothing of the answer."""
    comparison: Comparison
    """The comparison, with comments stripped or kept."""
    group: str
    """The problem behind the task: the cluster of the statistics."""
    label: Side
    """The side that the pair's source, or the check, says is better; annotators never see it."""
    check: bool = False
    """Whether this is an attention check: its answer is beyond doubt, and its votes judge the annotator alone."""
    unparsed: bool = False
    """Whether comments were to be stripped and are not, because a candidate does not parse."""

    @property
    def aspect_name(self) -> str:
        """The aspect, or a short name of a criterion in words, as in the tables of a benchmark."""
        return stratum_of_criterion(self.comparison.criterion).key

    def shown(self, swapped: bool) -> Comparison:
        """Return the comparison as an annotator sees it."""
        return self.comparison.swapped() if swapped else self.comparison


def parse_criterion(wording: str) -> Criterion:
    """Return the standard criterion of an aspect's name, or a criterion in any other words.

    Raises:
        ConfigError: there are no words.
    """
    if not wording.strip():
        raise ConfigError("a criterion is empty: name an aspect or say in words what annotators are to vote by")
    return resolve_criterion(wording)


def load_study(pairs: Path, settings: StudySettings, checks: Path | None) -> tuple[StudyTask, ...]:
    """Return the tasks of a study and its attention checks; criteria in words have only those of a file.

    Args:
        pairs: a file of preference pairs, or the benchmark's folder.
        settings: the rules; their seed draws the order that the analysis speaks of, as in `codefavor bench run`.
        checks: a file of pairs whose answer is beyond doubt, instead of the ones that come with codefavor.

    Raises:
        ConfigError: a criterion is laid over the benchmark's own.
        DataError: a file is missing, empty or malformed.
    """
    wanted = parse_criterion(settings.criterion) if settings.criterion is not None else None
    if wanted and pairs.is_dir():
        raise ConfigError(
            f"{pairs}: the benchmark's tasks have their criteria; for one aspect alone make a file of its pairs with "
            "`codefavor pairs convert --from benchmark --criterion …`"
        )
    labeled = load_tasks(pairs, "kept", settings.seed).tasks
    tasks = tuple(_distinct(_shown(each, wanted, settings.comments) for each in labeled))
    if not settings.check_rate:
        return tasks
    criteria = {task.comparison.criterion.digest(): task.comparison.criterion for task in tasks}
    if checks:
        known = [(number, pair.present("A")) for number, pair in enumerate(read_pairs(checks), start=1)]
        own = [_shown(check, wanted, settings.comments, check=True) for _, check in known]
    else:
        own = [
            _shown(check, None, settings.comments, check=True)
            for criterion in criteria.values()
            for check in builtin_checks(criterion)
        ]
    if checks and not own:
        raise DataError(f"{checks}: no pairs in it")
    return (*tasks, *_distinct(own))


def lacks_checks(settings: StudySettings, tasks: Iterable[StudyTask]) -> bool:
    """Return whether the study wants attention checks and has none, as where its criteria are all in words."""
    return settings.check_rate > 0 and not any(task.check for task in tasks)


def _shown(
    labeled: LabeledComparison, wanted: Criterion | None, comments: CommentPolicy, check: bool = False
) -> StudyTask:
    comparison = labeled.comparison
    if wanted:
        comparison = comparison.model_copy(update={"criterion": wanted})
    shown = present(comparison, comments)
    return StudyTask(
        id=_undirected(shown.comparison),
        comparison=shown.comparison,
        group=labeled.group,
        label=labeled.label,
        check=check,
        unparsed=shown.kept is not None,
    )


def _undirected(comparison: Comparison) -> str:
    return content_digest(sorted((comparison.digest(), comparison.swapped().digest())))


def _distinct(tasks: Iterable[StudyTask]) -> Iterator[StudyTask]:
    seen = set()
    for task in tasks:
        if task.id not in seen:
            seen.add(task.id)
            yield task
