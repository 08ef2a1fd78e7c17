"""The kinds `model:`, `int8:` and `bf16:`: judges that `codefavor train` wrote, in the precision that is asked for."""

from collections.abc import Callable
from pathlib import Path

from codefavor.errors import ModelError, UserError
from codefavor.judges.abstaining import AbstainingJudge
from codefavor.judges.card import read_card
from codefavor.judges.kind import Files, FilesOf, JudgeKind, Loader, RunsCode, judge_class
from codefavor.judges.objective import FULL, OBJECTIVES, objective_named
from codefavor.judges.protocol import Judge


def _load(argument: str, loader: Loader) -> Judge | None:
    if not argument:
        return None
    folder = Path(argument)
    card = read_card(folder)
    judge = objective_named(card.objective).load(folder, card, FULL, loader)
    abstain = card.calibration.abstain if card.calibration else None
    return AbstainingJudge(judge, abstain.below) if abstain else judge


def _files(argument: str, files_of: FilesOf) -> Files:
    if not argument:
        return ()
    folder = Path(argument)
    grounded = read_card(folder).grounded
    own = sorted(path for path in folder.iterdir() if path.is_file() and not _is_about_training(path))
    return (*own, *(files_of(grounded.inner) if grounded and grounded.inner else ()))


def _is_about_training(path: Path) -> bool:
    return path.name == "manifest.json" or path.suffix in {".md", ".jsonl"}


def _runs_code(argument: str, runs_code: RunsCode) -> bool:
    try:
        return objective_named(read_card(Path(argument)).objective).runs_code
    except ModelError:
        return False


def _load_in(precision: str) -> Callable[[str, Loader], Judge | None]:
    """Return how `model:FOLDER` or `likelihood:MODEL` is loaded in a precision."""

    def load(argument: str, loader: Loader) -> Judge | None:
        kind, _, inner = argument.partition(":")
        if kind == "likelihood" and inner:
            return judge_class("codefavor.judges.trained.likelihood", "LikelihoodJudge")(inner, precision)
        if kind != "model" or not inner:
            return None
        card = read_card(Path(inner))
        objective = objective_named(card.objective)
        if not objective.in_precision:
            known = ", ".join(sorted(other.name for other in OBJECTIVES if other.in_precision))
            raise UserError(
                f"{precision}:{argument}: a {card.objective} judge is read in fp32 only; "
                f"{precision} is for {known} judges"
            )
        return objective.load(Path(inner), card, precision, loader)

    return load


MODEL = JudgeKind(
    name="model",
    forms=("model:FOLDER",),
    description="A judge that `codefavor train` wrote.",
    load=_load,
    files=_files,
    runs_code=_runs_code,
    order_invariant=None,
    loads_weights=True,
    extra="train",
)


def _in_precision(precision: str) -> JudgeKind:
    return JudgeKind(
        name=precision,
        forms=(f"{precision}:model:FOLDER", f"{precision}:likelihood:MODEL"),
        description=f"The same judge in {precision}, which is faster on a CPU.",
        load=_load_in(precision),
        files=lambda argument, files_of: files_of(argument),
        runs_code=lambda argument, runs_code: runs_code(argument),
        order_invariant=None,
        loads_weights=True,
        extra="train",
    )


INT8, BF16 = _in_precision("int8"), _in_precision("bf16")
