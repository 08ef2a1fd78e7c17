"""The evolver `forgotten-return`: takes an instruction with its code, and has the code compute and not return."""

from codefavor import PreferencePair, Provenance, criterion_for
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.protocol import Discard
from codefavor.pairs.criterion import Aspect


class ForgottenReturn:
    """Drops the word `return`."""

    name = "forgotten-return"

    async def evolve(self, seed: InstructionSeed) -> PreferencePair | Discard:
        """Return the pair made from `seed`, or why there is none."""
        if seed.draft is None or "return " not in seed.draft:
            return Discard(source_id=seed.source_id, stage="code", reason="nothing is returned")
        return PreferencePair(
            instruction=seed.instruction,
            criterion=criterion_for(Aspect.CORRECTNESS),
            chosen=seed.draft,
            rejected=seed.draft.replace("return ", ""),
            provenance=Provenance(method=self.name, source=seed.source, source_id=seed.source_id, license=seed.license),
        )


def load(argument: str) -> ForgottenReturn:
    """Return the evolver; it takes no argument."""
    return ForgottenReturn()
