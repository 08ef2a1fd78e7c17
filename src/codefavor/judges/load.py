"""From a spec string to a judge: `shorter`, `model:out/judge`, `chat:openai/gpt-4.1`. Only here is every kind known.

Trained judges and clients of chat models are imported on demand, so that judges without a model work where torch is not
installed, and start at once.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from codefavor.errors import MissingExtraError, ModelError, UserError
from codefavor.judges.abstaining import AbstainingJudge
from codefavor.judges.baseline import ChanceJudge, FirstJudge, LengthJudge
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.card import CARD_FILE, JudgeCard, Objective, read_card, require
from codefavor.judges.cascade import CascadeJudge, Stage
from codefavor.judges.cascade_card import read_cascade
from codefavor.judges.chat_config import config_file, read_chat_spec
from codefavor.judges.grounded_model import GROUNDED_FORMAT
from codefavor.judges.human_votes import PeopleJudge
from codefavor.judges.plugin import load_plugin_judge, plugin_judge_files
from codefavor.judges.protocol import Judge
from codefavor.plugins import all_plugins

KNOWN_SPECS = (
    *(
        "shorter",
        "longer",
        "first",
        "chance:SEED",
        "evidence",
        "grounded",
        "grounded:ANOTHER",
        "model:FOLDER",
        "int8:model:FOLDER",
        "bf16:model:FOLDER",
        "votes:FILE",
        "cascade:SPEC>SPEC...",
        "cascade:FILE.json",
    ),
    *("chat:PROVIDER/MODEL", "chat:FILE.yaml", "scores:FOLDER_OR_HUB_ID", "preference:FOLDER_OR_HUB_ID"),
    *("likelihood:embedded", "likelihood:FOLDER_OR_HUB_ID", "int8:likelihood:MODEL", "bf16:likelihood:MODEL"),
)
"""The forms that a spec can take, besides those that other packages add."""

OWN_NAMES = frozenset(spec.partition(":")[0] for spec in KNOWN_SPECS)
"""The names that no other package can take."""

SHIPPED = Path(__file__).parent / "grounded_shipped"
"""The card of the grounded judge that comes with codefavor."""

_TRAINED: dict[Objective, tuple[str, str]] = {
    "classification": ("codefavor.judges.trained.classification", "ClassificationJudge"),
    "generation": ("codefavor.judges.trained.generation", "GenerationJudge"),
    "order-free": ("codefavor.judges.trained.order_free", "OrderFreeJudge"),
    "reward": ("codefavor.judges.trained.reward", "RewardJudge"),
    "linear": ("codefavor.judges.linear", "LinearJudge"),
    "difference": ("codefavor.judges.trained.difference", "DifferenceJudge"),
}
"""The module and the class that read the weights of each objective."""

_FOREIGN = {
    "scores": ("codefavor.judges.trained.external_reward", "ScoresJudge"),
    "preference": ("codefavor.judges.trained.external_pairwise", "PreferenceJudge"),
}
"""The module and the class of judges whose weights others trained."""
_LIKELIHOOD = ("codefavor.judges.trained.likelihood", "LikelihoodJudge")
"""The judge that any base makes as it comes."""

_PRECISIONS = ("int8", "bf16")
"""What a judge can be loaded in besides fp32, to be faster on a CPU."""
_IN_PRECISION: frozenset[Objective] = frozenset({"classification", "difference", "order-free"})
"""The objectives whose judges can be."""


def load_judge(spec: str, unsafe_local: bool = False, evidence: Judge | None = None) -> Judge:
    """Return the judge that `spec` names.

    Args:
        spec: one of `KNOWN_SPECS`, or `NAME` or `NAME:ARGUMENT` of a judge that another package adds.
        unsafe_local: lets it run code where the sandbox does not hold.
        evidence: stands for the judge `evidence` wherever the spec asks for it.

    Raises:
        UserError: there is no such judge, or its argument makes no sense.
        DataError: the votes of people cannot be read.
        ModelError: a trained judge cannot be read.
        ConfigError: a chat model's configuration, key or options are wrong or missing.
        MissingExtraError: the judge needs a package that is not installed.
        PluginError: the judge is another package's, which is broken.
    """
    kind, _, argument = spec.partition(":")
    if found := _baseline(kind, argument) or _from_weights(spec, kind, argument, unsafe_local, evidence):
        return found
    match kind, argument:
        case "evidence", "":
            return evidence or _load_evidence(unsafe_local)
        case "grounded", inner:
            return _load_grounded(spec, read_card(SHIPPED), inner or None, evidence or _load_evidence(unsafe_local))
        case "chat", asked if asked:
            return _load_chat(asked)
        case "cascade", stages if stages:
            return _load_cascade(spec, stages, unsafe_local, evidence)
        case "votes", file if file:
            return PeopleJudge.load(Path(file))
    if kind not in OWN_NAMES and (added := load_plugin_judge(kind, argument)):
        return added
    known = (*KNOWN_SPECS, *(f"{plugin.name} ({plugin.package})" for plugin in all_plugins("judge")))
    raise UserError(f"no judge is called {spec!r}; known are {', '.join(known)}")


def default_spec(environment: Mapping[str, str]) -> str:
    """Return the judge asked when none is named: `CODEFAVOR_JUDGE`, else evidence.

    Evidence is joined with the judge that is kept in the user's data folder, where there is one.
    """
    if spec := environment.get("CODEFAVOR_JUDGE"):
        return spec
    data = environment.get("XDG_DATA_HOME") or "~/.local/share"
    folder = Path(data).expanduser() / "codefavor" / "judge"
    return f"grounded:model:{folder}" if folder.is_dir() else "grounded"


def judge_files(spec: str) -> tuple[Path, ...]:
    """Return the files that the judge of a spec is made of: their hashes say whether two judges are the same.

    Raises:
        ModelError: a trained judge's folder or card is missing.
        PluginError: the judge is another package's, which is broken.
    """
    kind, _, argument = spec.partition(":")
    if kind not in OWN_NAMES:
        return plugin_judge_files(kind)
    if kind == "grounded":
        return (SHIPPED / CARD_FILE, *(judge_files(argument) if argument else ()))
    if kind in _PRECISIONS:
        return judge_files(argument)
    if kind == "chat" and (file := config_file(argument)):
        return (file,)
    if (kind in _FOREIGN or kind == "likelihood") and Path(argument).is_dir():
        return tuple(sorted(path for path in Path(argument).iterdir() if path.is_file()))
    if kind == "cascade":
        card = () if ">" in argument else (Path(argument),)
        return (*card, *(file for stage in read_cascade(argument).stages for file in judge_files(stage.spec)))
    if kind == "votes" and argument:
        return (Path(argument),)
    if kind != "model" or not argument:
        return ()
    folder = Path(argument)
    grounded = read_card(folder).grounded
    own = sorted(path for path in folder.iterdir() if path.is_file() and not _is_about_training(path))
    return (*own, *(judge_files(grounded.inner) if grounded and grounded.inner else ()))


def _is_about_training(path: Path) -> bool:
    return path.name == "manifest.json" or path.suffix in {".md", ".jsonl"}


def _baseline(kind: str, argument: str) -> Judge | None:
    match kind, argument:
        case ("shorter" | "longer") as prefers, "":
            return LengthJudge(prefers)
        case "first", "":
            return FirstJudge()
        case "chance", seed if seed.isdecimal():
            return ChanceJudge(int(seed))
    return None


def _from_weights(spec: str, kind: str, argument: str, unsafe_local: bool, evidence: Judge | None) -> Judge | None:
    match kind, argument:
        case "model", folder if folder:
            return _load_trained(Path(folder), unsafe_local, evidence)
        case (("int8" | "bf16"), inner) if inner.startswith("model:"):
            return _load_in_precision(spec, kind, Path(inner.removeprefix("model:")))
        case "likelihood", model if model:
            return _load_class(*_LIKELIHOOD)(model)
        case (("int8" | "bf16"), inner) if inner.startswith("likelihood:") and inner != "likelihood:":
            return _load_class(*_LIKELIHOOD)(inner.removeprefix("likelihood:"), kind)
        case (("scores" | "preference"), model) if model:
            return _load_class(*_FOREIGN[kind])(model)
    return None


def _load_cascade(name: str, argument: str, unsafe_local: bool, evidence: Judge | None) -> Judge:
    """Return the cascade with its stages asked in both orders, as they are calibrated; evidence has but one."""
    stages = []
    for each in read_cascade(argument).stages:
        judge = load_judge(each.spec, unsafe_local, evidence)
        stages.append(Stage(each.spec, judge if each.spec == "evidence" else BothOrders(judge), each.threshold))
    return CascadeJudge(name, stages)


def _load_evidence(unsafe_local: bool) -> Judge:
    judge: Callable[..., Judge] = import_module("codefavor.judges.evidence").EvidenceJudge
    return judge(unsafe_local=unsafe_local)


def _load_trained(folder: Path, unsafe_local: bool, evidence: Judge | None) -> Judge:
    card = read_card(folder)
    if card.objective == "grounded":
        inner = card.grounded.inner if card.grounded else None
        own = evidence or _load_evidence(unsafe_local)
        judge = _load_grounded(f"model:{folder}", card, inner, own, folder)
    else:
        judge = _load_class(*_TRAINED[card.objective])(folder)
    abstain = card.calibration.abstain if card.calibration else None
    return AbstainingJudge(judge, abstain.below) if abstain else judge


def _load_in_precision(name: str, precision: str, folder: Path) -> Judge:
    card = read_card(folder)
    if card.objective not in _IN_PRECISION:
        known = ", ".join(sorted(_IN_PRECISION))
        raise UserError(f"{name}: a {card.objective} judge is read in fp32 only; {precision} is for {known} judges")
    return _load_class(*_TRAINED[card.objective])(folder, precision)


def _load_chat(argument: str) -> Judge:
    chat = import_module("codefavor.judges.chat")
    judge: Judge = chat.ChatJudge.load(read_chat_spec(argument))
    return judge


def _load_class(module: str, name: str) -> Callable[..., Judge]:
    try:
        load: Callable[..., Judge] = getattr(import_module(module), name).load
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or module, "train") from None
    return load


def _load_grounded(name: str, card: JudgeCard, inner: str | None, evidence: Judge, folder: Path = SHIPPED) -> Judge:
    require(folder, card, "grounded", GROUNDED_FORMAT)
    if card.grounded is None:
        raise ModelError(f"{folder}: a grounded judge without weights; train it again")
    model = card.grounded if inner == card.grounded.inner else card.grounded.joined_with(inner)
    judge: Callable[..., Judge] = import_module("codefavor.judges.grounded").GroundedJudge
    # A temperature fits the joined score it was fitted to, and not that with another inner judge.
    temperature = card.temperature if inner == card.grounded.inner else 1.0
    return judge(name, model, evidence, load_judge(inner, evidence=evidence) if inner else None, temperature)
