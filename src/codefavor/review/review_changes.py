"""A review from beginning to end: what changed, what is known of it, what the judge says, as one record.

Which judge is asked, and in which orders, is the caller's choice; the judge gets the evidence from here.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from codefavor.evidence.describe import describe
from codefavor.git.repository import Repository
from codefavor.git.revisions import Revisions
from codefavor.judges.protocol import Judge
from codefavor.languages.python.language import PYTHON
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.presentation import present
from codefavor.pairs.verdict import Verdict
from codefavor.review.annotations import without_annotations
from codefavor.review.changed_files import ChangedFile, read_changed_files
from codefavor.review.changed_functions import ChangedFunction, FunctionSide, find_changed_functions
from codefavor.review.function_analysis import FunctionAnalyser, FunctionAnalysis, under_name
from codefavor.review.function_evidence import FunctionEvidence
from codefavor.review.other_languages import name_unreviewed
from codefavor.review.printable import printable
from codefavor.review.records import SURE, FunctionReview, Judged, NotJudged, Review, ReviewOutcome
from codefavor.sandbox.engine import Engine

MakeJudge = Callable[[Judge], Judge]
"""Makes the judge of a review; it is given the judge that stands for `evidence`."""
_LOG = logging.getLogger(__name__)
_ONLY_LAYOUT = "Only comments, docstrings, annotations or layout differ."


@dataclass(frozen=True)
class _Case:
    """A changed function with its analysis and the comparison by each criterion, None where nothing is to be asked."""

    changed: ChangedFunction
    analysis: FunctionAnalysis
    comparisons: tuple[Comparison | None, ...]
    seconds: float


def review_changes(
    repository: Repository,
    revisions: Revisions,
    criteria: Sequence[Criterion],
    make_judge: MakeJudge,
    engine: Engine | None,
    workers: int = 1,
    not_run: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Review:
    """Return what the judge says of every changed function by every criterion.

    Args:
        repository: what is read.
        revisions: the two states.
        criteria: what better means; each is judged by itself.
        make_judge: makes the judge.
        engine: where functions are run; None to run nothing.
        workers: how many functions are run side by side.
        not_run: why nothing can be run, in a sentence.
        progress: is called with the number of functions that are done and their total.

    Raises:
        DataError: the repository is damaged.
    """
    read, not_judged = _split(read_changed_files(repository, revisions))
    files = [file for file in read if file.language == PYTHON.name]
    unreviewed = [name_unreviewed(file) for file in read if file.language != PYTHON.name and file.old != file.new]
    _LOG.info("%d files differ in %s, %d of them in Python", len(read), revisions.description, len(files))
    changes, unparsed = find_changed_functions(files)
    analyser = FunctionAnalyser()
    cases = [_prepare(changed, analyser, criteria) for changed in changes]
    analyses = {compared.digest(): case.analysis for case in cases for compared in case.comparisons if compared}
    judge = make_judge(FunctionEvidence(engine, analyses, workers))
    functions = []
    for start in range(0, len(cases), workers):
        functions += _judge(cases[start : start + workers], criteria, judge)
        _LOG.debug("judged %d of %d functions", len(functions), len(cases))
        progress(len(functions), len(cases))
    return Review(
        compared=revisions.description,
        judge=judge.name,
        functions=tuple(functions),
        not_judged=(*not_judged, *unreviewed, *unparsed, *_outside(files, changes, unparsed)),
        not_run=not_run,
    )


def _split(read: Iterable[ChangedFile | NotJudged]) -> tuple[list[ChangedFile], list[NotJudged]]:
    files: list[ChangedFile] = []
    not_judged: list[NotJudged] = []
    for file in read:
        if isinstance(file, NotJudged):
            not_judged.append(file)
        else:
            files.append(file)
    return files, not_judged


def _outside(
    files: Sequence[ChangedFile], changes: Sequence[ChangedFunction], unparsed: Sequence[NotJudged]
) -> list[NotJudged]:
    """Name the files in which something changed, but no function."""
    named = {side.file.path for change in changes for side in (change.old, change.new) if side}
    named |= {file.path for file in unparsed}
    return [
        NotJudged(path=path, reason="No function changed in it.")
        for file in files
        if file.old != file.new
        and not named & {file.old_path, file.new_path}
        and (path := file.new_path or file.old_path)
    ]


def _prepare(changed: ChangedFunction, analyser: FunctionAnalyser, criteria: Sequence[Criterion]) -> _Case:
    begun = time.perf_counter()
    analysis = analyser.analyse(changed)
    comparisons = tuple(_comparison(changed, criterion) for criterion in criteria)
    return _Case(changed, analysis, comparisons, time.perf_counter() - begun)


def _comparison(changed: ChangedFunction, criterion: Criterion) -> Comparison | None:
    """Return the old code as A against the new as B; None where a side is missing or the judge would see no change."""
    old, new = changed.old, changed.new
    if old is None or new is None:
        return None
    comparison = Comparison(
        instruction=instruction_of(old, new),
        criterion=criterion,
        code_a=under_name(old.function.snippet, old.function, new.function),
        code_b=new.function.snippet,
    )
    shown = present(comparison, "stripped").comparison
    return None if _same(shown) else shown


def _same(shown: Comparison) -> bool:
    """Return whether both codes do the same by their text; annotations matter to people, and to words of their own."""
    aspect = shown.criterion.aspect
    if shown.code_a == shown.code_b or aspect is None or not aspect.verifiable:
        return shown.code_a == shown.code_b
    old, new = (without_annotations(code) for code in (shown.code_a, shown.code_b))
    return old == new


def instruction_of(old: FunctionSide, new: FunctionSide) -> str:
    """Return what the function is to do: its place, its new declaration, and its docstring, the new one if there is."""
    docstring = new.function.docstring or old.function.docstring
    head = f"# {printable(new.file.path)}: {new.function.qualified_name}\n{new.function.signature}:"
    if not docstring:
        return f"{head}\n    ..."
    body = "\n".join(f"    {line}".rstrip() for line in docstring.splitlines())
    return f'{head}\n    """\n{body}\n    """'


def _judge(cases: Sequence[_Case], criteria: Sequence[Criterion], judge: Judge) -> list[FunctionReview]:
    begun = time.perf_counter()
    comparisons = [each for case in cases for each in case.comparisons if each]
    verdicts = iter(judge.judge(comparisons) if comparisons else [])
    reviews = [_review_of(case, criteria, _verdicts_of(case, verdicts)) for case in cases]
    share = (time.perf_counter() - begun) / len(cases)
    return [
        each.model_copy(update={"seconds": round(case.seconds + share, 4)})
        for each, case in zip(reviews, cases, strict=True)
    ]


def _verdicts_of(case: _Case, verdicts: Iterable[Verdict]) -> list[Verdict | None]:
    """Return the verdicts of a case, None where nothing was asked."""
    following = iter(verdicts)
    return [next(following) if each else None for each in case.comparisons]


def _review_of(case: _Case, criteria: Sequence[Criterion], verdicts: Sequence[Verdict | None]) -> FunctionReview:
    changed, shown = case.changed, case.changed.shown
    compared = changed.old is not None and changed.new is not None
    judged = [_judged(criterion, verdict) for criterion, verdict in zip(criteria, verdicts, strict=True)]
    return FunctionReview(
        path=shown.file.path,
        name=shown.function.qualified_name,
        kind=changed.kind,
        was=_was(changed),
        first_line=shown.function.first_line,
        last_line=shown.function.last_line,
        judged=tuple(judged) if compared else (),
        new_findings=case.analysis.new_findings if changed.new else (),
    )


def _was(changed: ChangedFunction) -> str | None:
    if changed.old is None or changed.kind not in ("renamed", "moved"):
        return None
    return f"{changed.old.file.path}:{changed.old.function.first_line} {changed.old.function.qualified_name}"


def _judged(criterion: Criterion, verdict: Verdict | None) -> Judged:
    if verdict is None:
        return Judged(criterion=criterion, outcome="no difference", probability=None, words=_ONLY_LAYOUT, judge=None)
    return Judged(
        criterion=criterion,
        outcome=outcome_of(verdict),
        probability=verdict.prob_a,
        words=verdict.feedback or verdict.undecided or "The judge gives no reason.",
        judge=verdict.judge,
        evidence=tuple(describe(verdict.evidence)) if verdict.evidence else (),
    )


def outcome_of(verdict: Verdict) -> ReviewOutcome:
    """Return what a verdict on old (A) against new (B) says of the new code; a side needs `SURE` at least."""
    if verdict.choice == "tie":
        return "no difference"
    if verdict.choice is None:
        return "undecided"
    sure = verdict.prob_a is None or max(verdict.prob_a, 1 - verdict.prob_a) >= SURE
    return "undecided" if not sure else "worse" if verdict.choice == "A" else "better"
