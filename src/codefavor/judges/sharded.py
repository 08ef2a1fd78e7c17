"""Work with a judge over a Ray cluster: a worker loads the judge once for all of its shards.

The driver takes what is finished of a shard and removes it; when it is killed, the next run does so first.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from codefavor.errors import DataError
from codefavor.fleet import reach
from codefavor.judges.judge_settings import JudgeSettings
from codefavor.judges.load import judge_files, load_judge
from codefavor.judges.protocol import Judge
from codefavor.manifest import hash_file
from codefavor.record import Record
from codefavor.runs.shards import DoneT, Fleet, Shard, ShardOutcome, cut, remove_all, settle, settled, take_shard
from codefavor.sandbox.engine import EngineChoice

SettingsT = TypeVar("SettingsT", bound=JudgeSettings)


class JudgeShard(Shard, Generic[SettingsT]):
    """What a worker is handed; no secret is in it."""

    judge: str
    """The spec of the judge."""
    settings: SettingsT
    """The settings of the run."""


class JudgeDriver(Generic[SettingsT]):
    """Spreads the records of one run over a Ray cluster."""

    def __init__(self, spec: str, out: Path, fleet: Fleet) -> None:
        """Use the judge of `spec`, which every worker loads by itself, for the run in `out`.

        Raises:
            MissingExtraError: Ray is not installed.
            UserError: there is no cluster at the address.
        """
        reach(fleet.address)
        self._spec = spec
        self._out = out
        self._fleet = fleet

    def settle(
        self,
        records: Iterable[Record],
        settings: SettingsT,
        shard_type: type[JudgeShard[SettingsT]],
        work: Callable[[str], str],
        finished: Callable[[Path], Iterable[DoneT]],
    ) -> Generator[DoneT]:
        """Have `work` settle all records, and yield what `finished` finds in their shards, each once it is settled.

        Close the iterator when leaving early: that ends the work.

        Raises:
            UserError: there is no such cluster.
            CodeFavorError: a worker was stopped; the message names the shard.
        """
        tasks = [
            shard_type(**dict(shard), judge=self._spec, settings=settings)
            for shard in cut(records, self._out, self._fleet.shards_of)
        ]
        with closing(settle(tasks, work, ShardOutcome, self._fleet)) as outcomes:
            for outcome in outcomes:
                yield from take_shard(outcome.folder, finished)
        remove_all(self._out)


def settled_with_judge(shard: JudgeShard[SettingsT], work: Callable[[Judge], None]) -> str:
    """Settle a shard in the process of a worker by calling `work` with the judge; see `codefavor.runs.shards`."""

    def load_and_work() -> ShardOutcome:
        known_files = tuple(shard.settings.judge_files.items())
        work(_judge(shard.judge, shard.settings.engine, known_files))
        return ShardOutcome(folder=shard.folder)

    return settled(shard, load_and_work)


@lru_cache(maxsize=1)
def _judge(spec: str, engine: EngineChoice, files: tuple[tuple[str, str], ...]) -> Judge:
    """Return the judge, loaded once for all shards of a process."""
    if {file.name: hash_file(file) for file in judge_files(spec)} != dict(files):
        raise DataError(f"the judge {spec} is another one here than where the run was begun")
    return load_judge(spec, engine)
