"""What every evolved pair has to be: code that parses, differs beyond remarks, and has the name asked for.

These filters look at one pair at a time; repetition among pairs and likeness to a benchmark are `decontamination`.
"""

from typing import Final, Literal

from codefavor.evolve.protocol import Discard
from codefavor.evolve.requested_code import defines, requested_name
from codefavor.languages.registry import find_language, title_of
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record

FILTER_STAGE: Final = "pair"

Comments = Literal["keep", "strip"]


class PairFilter(Record):
    """What every pair has to be."""

    comments: Comments
    """Whether comments and docstrings of both codes stay. The paper keeps them in Commit-Instruct and strips them in
    Critic-Evol (section A.1)."""
    requires_name: bool = True
    """Whether both codes have to define the function or class that the instruction names, where it names one."""

    def check(self, pair: PreferencePair) -> PreferencePair | Discard:
        """Return the pair under the comment policy, or why it is dropped."""
        language = find_language(pair.language)
        if language is None:
            return _drop(pair, f"{title_of(pair.language)} is no language that can be parsed here")
        strip = language.syntax.strip_comments
        stripped = {"chosen": strip(pair.chosen), "rejected": strip(pair.rejected)}
        for side, result in stripped.items():
            if not result.parses:
                return _drop(pair, f"the {side} code does not parse")
        chosen, rejected = (result.code for result in stripped.values())
        if chosen == rejected:
            return _drop(pair, "the codes differ in nothing but comments and layout")
        if not chosen.strip() or not rejected.strip():
            return _drop(pair, "one side holds no code")
        name = requested_name(pair.instruction, language) if self.requires_name else None
        for side, code in (("chosen", chosen), ("rejected", rejected)):
            if name and not defines(code, name, language):
                return _drop(pair, f"the {side} code does not define the name that the instruction asks for")
        if self.comments == "keep":
            return pair
        return pair.model_copy(update={"chosen": chosen, "rejected": rejected})


def _drop(pair: PreferencePair, reason: str) -> Discard:
    return Discard(source_id=pair.provenance.source_id, stage=FILTER_STAGE, reason=reason)
