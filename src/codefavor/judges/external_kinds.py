"""The kinds `scores:`, `preference:` and `likelihood:`: models that others trained, imported on demand."""

from collections.abc import Callable
from pathlib import Path

from codefavor.judges.kind import Files, FilesOf, JudgeKind, Loader, judge_class
from codefavor.judges.protocol import Judge


def _load_weights(module: str, name: str) -> Callable[[str, Loader], Judge | None]:
    """Return how a judge of the class `name` is made of a folder or hub id."""

    def load(argument: str, loader: Loader) -> Judge | None:
        return judge_class(f"codefavor.judges.trained.{module}", name)(argument) if argument else None

    return load


def _folder_files(argument: str, files_of: FilesOf) -> Files:
    folder = Path(argument)
    return tuple(sorted(path for path in folder.iterdir() if path.is_file())) if folder.is_dir() else ()


SCORES = JudgeKind(
    name="scores",
    forms=("scores:FOLDER_OR_HUB_ID",),
    description="A reward model that others trained (AutoModelForSequenceClassification).",
    load=_load_weights("external_reward", "ExternalRewardJudge"),
    files=_folder_files,
    order_invariant=True,
    loads_weights=True,
    extra="train",
)
PREFERENCE = JudgeKind(
    name="preference",
    forms=("preference:FOLDER_OR_HUB_ID",),
    description="A pairwise preference model of the RLHFlow family.",
    load=_load_weights("external_pairwise", "ExternalPairwiseJudge"),
    files=_folder_files,
    loads_weights=True,
    extra="train",
)
LIKELIHOOD = JudgeKind(
    name="likelihood",
    forms=("likelihood:embedded", "likelihood:FOLDER_OR_HUB_ID"),
    description="Any language model, asked which code it would rather have written.",
    load=_load_weights("likelihood", "LikelihoodJudge"),
    files=_folder_files,
    order_invariant=True,
    loads_weights=True,
    extra="train",
)
