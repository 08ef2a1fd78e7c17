"""The judge card: the `judge.json` beside a trained judge's weights, which says how the judge must be used.

It holds no weights and loads none; `codefavor.judges.objective` says which class reads them.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, ValidationError

from codefavor.atomic import write_text
from codefavor.errors import ModelError
from codefavor.judges.grounded_model import GroundedModel
from codefavor.pairs.presentation import CommentPolicy
from codefavor.record import Record, explain

CARD_FILE = "judge.json"

Unfinished = Literal["undecided", "forced"]


Share = Annotated[float, Field(ge=0, le=1)]


class Abstention(Record):
    """When a judge abstains, and what is known of the answers that it gives."""

    below: Share
    """The confidence below which it is undecided."""
    target: Share
    """The error among its answers that is not exceeded."""
    delta: Share
    """The probability, over the draw of the held-out pairs, that it is exceeded all the same."""
    problems: Annotated[int, Field(gt=0)]
    """The held-out problems that this was tested on, one pair of each."""
    answered: Annotated[int, Field(gt=0)]
    """How many of them it answered."""
    errors: Annotated[int, Field(ge=0)]
    """How many of those wrongly."""
    max_error: Annotated[Share, Field(validation_alias=AliasChoices("max_error", "most_error"))]
    """The upper end of the one-sided Clopper-Pearson interval of the error, at confidence 1 - delta;
    cards of codefavor 0.1 call it `most_error`."""


class Calibration(Record):
    """How raw scores become probabilities."""

    temperature: Annotated[float, Field(gt=0)]
    """The divisor of the score difference, fitted on held-out pairs."""
    pairs: Annotated[int, Field(gt=0)]
    """The number of held-out pairs it was fitted on."""
    error_before: Share | None = None
    """The expected calibration error on them at temperature 1."""
    error_after: Share | None = None
    """The same after fitting, each half of the problems with the temperature of the other half."""
    data: dict[str, str] = {}
    """SHA-256 of the files of held-out pairs, by name."""
    abstain: Abstention | None = None
    """When the judge abstains; None for a judge that always answers."""


class RewardShape(Record):
    """How a reward judge reads a candidate and turns the states of the language model into a score."""

    readout: Literal["last", "sum"] = "last"
    """last: from the last token; sum: over all tokens of the code, each weighed by what the criterion says."""
    instruction: bool = True
    """Whether the instruction is read; a judge of few layers is faster without and loses nothing it could use."""


class GenerationShape(Record):
    """How a generative judge writes its reply."""

    max_new_tokens: Annotated[int, Field(gt=0)] = 256
    """The maximum number of tokens of a reply; the input is cut to `max_length` less these."""
    unfinished: Unfinished = "undecided"
    """What a reply without a result line counts as. undecided: no answer, with the reason; forced: the result line is
    begun for the model, and the likelier letter is its answer."""


class JudgeCard(Record):
    """What a trained judge is and how its input must look."""

    objective: str
    """What the judge was trained to do; decides which class reads the weights."""
    base_model: str | None = None
    """The folder or hub id that training started from; None for a judge without one."""
    adapter: bool = False
    """Whether the folder holds a LoRA adapter for the base, and not whole weights."""
    format: str
    """The digest of the input format in training; a judge of another format is refused."""
    comments: CommentPolicy
    """Whether the codes in training had their comments; who may choose hands the judge the same."""
    max_length: Annotated[int, Field(gt=0)] | None = None
    """The maximum number of tokens of one input; None where nothing is cut."""
    reward: RewardShape | None = None
    """The shape of a reward judge; None for the other objectives."""
    generation: GenerationShape | None = None
    """How a generative judge writes; None for the other objectives."""
    grounded: GroundedModel | None = None
    """The weights of a grounded judge and the spec of its inner one; None for the other objectives."""
    parents: dict[str, float] | None = None
    """The judges whose weights were averaged, each with its share; None for a judge that was trained."""
    calibration: Calibration | None = None
    """The fitted calibration, when there is one."""

    @property
    def temperature(self) -> float:
        """What score differences are divided by: 1 until calibrated."""
        return self.calibration.temperature if self.calibration else 1.0


def write_card(folder: Path, card: JudgeCard) -> None:
    """Write `judge.json` into `folder`, all or nothing."""
    write_text(folder / CARD_FILE, card_text(card))


def card_text(card: JudgeCard) -> str:
    """Return the content of `judge.json`."""
    return card.model_dump_json(indent=2, exclude_none=True) + "\n"


def read_card(folder: Path) -> JudgeCard:
    """Return the card of the judge in `folder`.

    Raises:
        ModelError: there is no such folder, or its card is missing or malformed.
    """
    path = folder / CARD_FILE
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder; a trained judge is the folder that `codefavor train --out` wrote")
    try:
        return JudgeCard.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"{folder}: no {CARD_FILE}, so this is not a finished judge; name the folder that `codefavor train --out` "
            "wrote, or finish the training with --resume"
        ) from None
    except ValidationError as error:
        raise ModelError(f"{path}: not a judge card: {explain(error)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: unreadable: {error}") from None


def read_trained_card(folder: Path, objective: str, input_format: str) -> JudgeCard:
    """Return the card of the judge in `folder`, which must be of one objective and one input format.

    Raises:
        ModelError: the folder holds no judge, or one of another objective or format.
    """
    card = read_card(folder)
    require(folder, card, objective, input_format)
    return card


def require(folder: Path, card: JudgeCard, objective: str, input_format: str) -> None:
    """Refuse a judge of another kind, or one trained on another input format than the one it would be given.

    Raises:
        ModelError: the objective or the format differs.
    """
    if card.objective != objective:
        raise ModelError(f"{folder}: this judge is of objective {card.objective}, {objective} was expected")
    if card.format != input_format:
        raise ModelError(
            f"{folder}: trained on input format {card.format}, this codefavor writes {input_format}; train it again"
        )
