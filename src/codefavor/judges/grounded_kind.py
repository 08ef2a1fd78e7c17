"""The kind `grounded`: evidence joined with another judge, by the weights that come with codefavor."""

from codefavor.judges.card import CARD_FILE, read_card
from codefavor.judges.kind import JudgeKind, Loader
from codefavor.judges.objective import SHIPPED, grounded_judge
from codefavor.judges.protocol import Judge


def _load(argument: str, loader: Loader) -> Judge:
    name = f"grounded:{argument}" if argument else "grounded"
    return grounded_judge(name, SHIPPED, read_card(SHIPPED), argument or None, loader)


GROUNDED = JudgeKind(
    name="grounded",
    forms=("grounded", "grounded:ANOTHER"),
    description="Evidence, weighed, and joined with another judge where one is named.",
    load=_load,
    files=lambda argument, files_of: (SHIPPED / CARD_FILE, *(files_of(argument) if argument else ())),
    runs_code=lambda argument, runs_code: True,
    order_invariant=None,
)
