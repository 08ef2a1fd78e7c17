"""Runs whose seeds are instructions: those of Critic-Evol, and those of other packages' evolvers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from codefavor.evolve.git_log import head_of
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.instructions import read_docstrings, read_instructions
from codefavor.evolve.row_readers import HUB
from codefavor.evolve.run_config import RunConfig

REPOSITORY: Final = "repo:"
"""What begins the name of a repository whose functions' documentation is the source."""


class InstructionRunConfig(RunConfig):
    """A run whose seeds are instructions."""

    instructions: str
    """A JSON Lines or Parquet file, hub:owner/name, or repo:PATH for the docstrings of a repository."""
    license: str | None = None
    """The licence of the instructions, where their rows name none."""

    def read_seeds(self) -> Iterator[InstructionSeed]:
        """Yield the seeds in the order of their source."""
        if repository := self._repository():
            return read_docstrings(repository, self.code_language)
        return read_instructions(self.instructions, self.license)

    def seed_files(self) -> list[Path]:
        """Return the file of instructions, where they come from a file."""
        return [] if self.instructions.startswith((HUB, REPOSITORY)) else [Path(self.instructions)]

    def source(self) -> dict[str, JsonValue]:
        """Return where the seeds come from, with the commit of a repository."""
        repository = self._repository()
        commit = head_of(repository) if repository else None
        return {"instructions": self.instructions, "commit": commit, "license": self.license}

    def _repository(self) -> Path | None:
        if not self.instructions.startswith(REPOSITORY):
            return None
        return Path(self.instructions.removeprefix(REPOSITORY))
