"""The strata of pairs and tasks of one's own: a column for each aspect, and one for each criterion in words."""

from collections import Counter
from collections.abc import Iterable

from codefavor.bench.benchmark import Stratum, StratumTask
from codefavor.bench.codeprefbench import aspect_stratum
from codefavor.pairs.comparison import LabeledComparison
from codefavor.pairs.criterion import Aspect, Criterion

OTHER = Stratum(key="other", title="Other criteria")
"""What the rarer criteria of a file share when it has more than `MAX_CRITERIA`."""
MAX_CRITERIA = 12
"""The most criteria in words that get a column of their own; a table of more is not readable."""
_TITLE_LENGTH = 32
_RESERVED = {*Aspect, OTHER.key, "average"}


def stratum_of(task: LabeledComparison) -> Stratum:
    """Return the stratum of a task's criterion: its aspect if it has one, else its words."""
    return stratum_of_criterion(task.comparison.criterion)


def stratum_of_criterion(criterion: Criterion) -> Stratum:
    """Return the stratum of a criterion: its aspect if it has one, else its words."""
    return aspect_stratum(criterion.aspect) if criterion.aspect else _stratum_of_words(criterion)


def _stratum_of_words(criterion: Criterion) -> Stratum:
    text = " ".join(criterion.text.split())
    if not text:
        return Stratum(key=criterion.key, title="No criterion")
    key = criterion.key
    # Two criteria never share a key, so one that does not say all of the text carries a digest of it.
    if key.replace("-", " ") != text.lower().rstrip(".") or key in _RESERVED:
        key = f"{key}-{criterion.digest()[:6]}"
    return Stratum(key=key, title=_shortened(text.rstrip(".")))


def _shortened(text: str) -> str:
    if len(text) <= _TITLE_LENGTH:
        return text
    cut = text[:_TITLE_LENGTH].rpartition(" ")[0] or text[:_TITLE_LENGTH]
    return f"{cut}…"


def stratify(tasks: Iterable[LabeledComparison]) -> tuple[tuple[Stratum, ...], list[StratumTask]]:
    """Return the strata that occur, and the tasks with the stratum of each.

    Aspects come first, in their usual order. The average is over correctness, efficiency and security where all three
    occur, as in CodePrefBench; where no aspect occurs it is over all criteria; otherwise there is none.
    """
    stratified = [StratumTask(stratum_of(task).key, task) for task in tasks]
    strata = {stratum.key: stratum for stratum in (stratum_of(task) for _, task in stratified)}
    counts = Counter(key for key, _ in stratified if key not in set(Aspect))
    if len(counts) > MAX_CRITERIA:
        rare = {key for key, _ in counts.most_common()[MAX_CRITERIA - 1 :]}
        stratified = [StratumTask(OTHER.key if key in rare else key, task) for key, task in stratified]
        strata = {key: stratum for key, stratum in strata.items() if key not in rare} | {OTHER.key: OTHER}
    aspects = [strata[aspect] for aspect in Aspect if aspect in strata]
    criteria = [stratum for key, stratum in strata.items() if key not in set(Aspect)]
    if not aspects and len(criteria) > 1:
        criteria = [stratum.model_copy(update={"in_average": True}) for stratum in criteria]
    elif any(aspect.verifiable and aspect not in strata for aspect in Aspect):
        aspects = [stratum.model_copy(update={"in_average": False}) for stratum in aspects]
    return _with_distinct_titles([*aspects, *criteria]), stratified


def _with_distinct_titles(strata: Iterable[Stratum]) -> tuple[Stratum, ...]:
    """Return the strata with titles that were shortened to the same words numbered."""
    counts: Counter[str] = Counter()
    distinct = []
    for stratum in strata:
        counts[stratum.title] += 1
        number = counts[stratum.title]
        title = stratum.title if number == 1 else f"{stratum.title} ({number})"
        distinct.append(stratum.model_copy(update={"title": title}))
    return tuple(distinct)
