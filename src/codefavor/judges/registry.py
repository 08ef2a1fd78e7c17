"""Every kind of judge that codefavor has; further ones come from other packages (`codefavor.judges.plugin`)."""

from collections.abc import Callable
from pathlib import Path

from codefavor.errors import ModelError, UserError
from codefavor.judges.abstaining import AbstainingJudge
from codefavor.judges.baseline import ChanceJudge, FirstJudge, LengthJudge
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.card import CARD_FILE, read_card
from codefavor.judges.cascade import CascadeJudge, Stage
from codefavor.judges.cascade_card import read_cascade
from codefavor.judges.chat_config import config_file, read_chat_spec
from codefavor.judges.human_votes import HumanVotesJudge
from codefavor.judges.kind import Files, JudgeKind, Loader, judge_class
from codefavor.judges.objective import FULL, OBJECTIVES, SHIPPED, grounded_judge, objective_named
from codefavor.judges.protocol import Judge

FilesOf = Callable[[str], Files]
RunsCode = Callable[[str], bool]


def _without_argument(make: Callable[[], Judge]) -> Callable[[str, Loader], Judge | None]:
    return lambda argument, loader: None if argument else make()


def _load_chance(argument: str, loader: Loader) -> Judge | None:
    return ChanceJudge(int(argument)) if argument.isdecimal() else None


def _load_evidence(argument: str, loader: Loader) -> Judge | None:
    return None if argument else loader.evidence()


def _load_grounded(argument: str, loader: Loader) -> Judge:
    name = f"grounded:{argument}" if argument else "grounded"
    return grounded_judge(name, SHIPPED, read_card(SHIPPED), argument or None, loader)


def _load_model(argument: str, loader: Loader) -> Judge | None:
    if not argument:
        return None
    folder = Path(argument)
    card = read_card(folder)
    judge = objective_named(card.objective).load(folder, card, FULL, loader)
    abstain = card.calibration.abstain if card.calibration else None
    return AbstainingJudge(judge, abstain.below) if abstain else judge


def _model_files(argument: str, files_of: FilesOf) -> Files:
    if not argument:
        return ()
    folder = Path(argument)
    grounded = read_card(folder).grounded
    own = sorted(path for path in folder.iterdir() if path.is_file() and not _is_about_training(path))
    return (*own, *(files_of(grounded.inner) if grounded and grounded.inner else ()))


def _is_about_training(path: Path) -> bool:
    return path.name == "manifest.json" or path.suffix in {".md", ".jsonl"}


def _model_runs_code(argument: str, runs_code: RunsCode) -> bool:
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
            known = ", ".join(sorted(each.name for each in OBJECTIVES if each.in_precision))
            raise UserError(
                f"{precision}:{argument}: a {card.objective} judge is read in fp32 only; "
                f"{precision} is for {known} judges"
            )
        return objective.load(Path(inner), card, precision, loader)

    return load


def _load_weights(module: str, name: str) -> Callable[[str, Loader], Judge | None]:
    """Return how a judge of the class `name` is made of a folder or hub id."""

    def load(argument: str, loader: Loader) -> Judge | None:
        return judge_class(f"codefavor.judges.trained.{module}", name)(argument) if argument else None

    return load


def _folder_files(argument: str, files_of: FilesOf) -> Files:
    folder = Path(argument)
    return tuple(sorted(path for path in folder.iterdir() if path.is_file())) if folder.is_dir() else ()


def _load_chat(argument: str, loader: Loader) -> Judge | None:
    if not argument:
        return None
    from codefavor.judges.chat import ChatJudge  # with the clients of chat models

    return ChatJudge.load(read_chat_spec(argument))


def _chat_files(argument: str, files_of: FilesOf) -> Files:
    file = config_file(argument)
    return (file,) if file else ()


def _load_votes(argument: str, loader: Loader) -> Judge | None:
    return HumanVotesJudge.load(Path(argument)) if argument else None


def _load_cascade(argument: str, loader: Loader) -> Judge | None:
    """Return the cascade with its stages asked in both orders, as they are calibrated; evidence has but one."""
    if not argument:
        return None
    stages = []
    for stage in read_cascade(argument).stages:
        judge = loader.judge(stage.spec)
        stages.append(Stage(stage.spec, judge if stage.spec == "evidence" else BothOrders(judge), stage.threshold))
    return CascadeJudge(f"cascade:{argument}", stages)


def _cascade_files(argument: str, files_of: FilesOf) -> Files:
    card = () if ">" in argument else (Path(argument),)
    return (*card, *(file for stage in read_cascade(argument).stages for file in files_of(stage.spec)))


def _cascade_runs_code(argument: str, runs_code: RunsCode) -> bool:
    try:
        return any(runs_code(stage.spec) for stage in read_cascade(argument).stages)
    except (ModelError, UserError):
        return False


KINDS: tuple[JudgeKind, ...] = (
    *(
        JudgeKind(
            name=name,
            forms=(name,),
            description=f"Prefers the {name} code, by characters as shown.",
            load=_without_argument(lambda prefers=name: LengthJudge(prefers)),  # type: ignore[misc]
            order_invariant=True,
        )
        for name in ("shorter", "longer")
    ),
    JudgeKind(
        "first",
        ("first",),
        "Always prefers A: the position bias that the figures must find.",
        _without_argument(FirstJudge),
    ),
    JudgeKind("chance", ("chance:SEED",), "Throws a seeded coin.", _load_chance),
    JudgeKind(
        name="evidence",
        forms=("evidence",),
        description="Runs and analyses both candidates, and uses no model.",
        load=_load_evidence,
        runs_code=lambda argument, runs_code: True,
        order_invariant=True,
    ),
    JudgeKind(
        name="grounded",
        forms=("grounded", "grounded:ANOTHER"),
        description="Evidence, weighed, and joined with another judge where one is named.",
        load=_load_grounded,
        files=lambda argument, files_of: (SHIPPED / CARD_FILE, *(files_of(argument) if argument else ())),
        runs_code=lambda argument, runs_code: True,
        order_invariant=None,
    ),
    JudgeKind(
        name="model",
        forms=("model:FOLDER",),
        description="A judge that `codefavor train` wrote.",
        load=_load_model,
        files=_model_files,
        runs_code=_model_runs_code,
        order_invariant=None,
        loads_weights=True,
        extra="train",
    ),
    *(
        JudgeKind(
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
        for precision in ("int8", "bf16")
    ),
    JudgeKind(
        name="votes",
        forms=("votes:FILE",),
        description="The majority of people's votes, as `codefavor annotate export` writes them.",
        load=_load_votes,
        files=lambda argument, files_of: (Path(argument),) if argument else (),
        order_invariant=True,
    ),
    JudgeKind(
        name="cascade",
        forms=("cascade:SPEC>SPEC...", "cascade:FILE.json"),
        description="Cheap judges first; the rest goes on to the next.",
        load=_load_cascade,
        files=_cascade_files,
        runs_code=_cascade_runs_code,
        order_invariant=True,
    ),
    JudgeKind(
        name="chat",
        forms=("chat:PROVIDER/MODEL", "chat:FILE.yaml"),
        description="Any chat model, asked which code is better.",
        load=_load_chat,
        files=_chat_files,
    ),
    JudgeKind(
        name="scores",
        forms=("scores:FOLDER_OR_HUB_ID",),
        description="A reward model that others trained (AutoModelForSequenceClassification).",
        load=_load_weights("external_reward", "ExternalRewardJudge"),
        files=_folder_files,
        order_invariant=True,
        loads_weights=True,
        extra="train",
    ),
    JudgeKind(
        name="preference",
        forms=("preference:FOLDER_OR_HUB_ID",),
        description="A pairwise preference model of the RLHFlow family.",
        load=_load_weights("external_pairwise", "ExternalPairwiseJudge"),
        files=_folder_files,
        loads_weights=True,
        extra="train",
    ),
    JudgeKind(
        name="likelihood",
        forms=("likelihood:embedded", "likelihood:FOLDER_OR_HUB_ID"),
        description="Any language model, asked which code it would rather have written.",
        load=_load_weights("likelihood", "LikelihoodJudge"),
        files=_folder_files,
        order_invariant=True,
        loads_weights=True,
        extra="train",
    ),
)
"""Every kind, in the order in which they are listed."""

_BY_NAME = {kind.name: kind for kind in KINDS}

KNOWN_SPECS = tuple(form for kind in KINDS for form in kind.forms)
"""The forms that a spec can take, besides those that other packages add."""

OWN_NAMES = frozenset(_BY_NAME)
"""The names that no other package can take."""


def kind_named(name: str) -> JudgeKind | None:
    """Return a kind by its name; None where there is none."""
    return _BY_NAME.get(name)


def runs_code(spec: str) -> bool:
    """Return whether the judge of a spec runs code, or may do so as far as its spec tells; other packages' may."""
    name, _, argument = spec.partition(":")
    kind = kind_named(name)
    return kind is None or kind.runs_code(argument, runs_code)


def loads_weights(spec: str) -> bool:
    """Return whether the judge of a spec, or one that it is made of, loads weights."""
    names = {part.rpartition(">")[2].strip() for part in spec.split(":")[:-1]}
    return any(kind is not None and kind.loads_weights for kind in map(kind_named, names))
