"""From a spec string to a judge: `shorter`, `model:out/judge`, `chat:openai/gpt-4.1`.

What kinds there are is `codefavor.judges.registry`. Trained judges and clients of chat models are imported on demand,
so that judges without a model work where torch is not installed, and start at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codefavor.errors import UserError
from codefavor.judges.plugin import load_plugin_judge, plugin_judge_files
from codefavor.judges.protocol import Judge
from codefavor.judges.registry import KNOWN_SPECS, kind_named
from codefavor.plugins import all_plugins
from codefavor.sandbox.engine import EngineChoice


def load_judge(spec: str, engine: EngineChoice = "auto", evidence: Judge | None = None) -> Judge:
    """Return the judge that `spec` names.

    Args:
        spec: one of `codefavor.judges.registry.KNOWN_SPECS`, or `NAME` or `NAME:ARGUMENT` of a judge that another
            package adds.
        engine: what runs candidates, where the judge runs any.
        evidence: stands for the judge `evidence` wherever the spec asks for it.

    Raises:
        UserError: there is no such judge, or its argument makes no sense.
        DataError: the votes of people cannot be read.
        ModelError: a trained judge cannot be read.
        ConfigError: a chat model's configuration, key or options are wrong or missing.
        MissingExtraError: the judge needs a package that is not installed.
        PluginError: the judge is another package's, which is broken.
    """
    return _Loader(engine, evidence).judge(spec)


@dataclass(frozen=True)
class _Loader:
    """Loads specs, and those that they are made of, under the same conditions."""

    engine: EngineChoice
    evidence_judge: Judge | None

    def judge(self, spec: str) -> Judge:
        name, _, argument = spec.partition(":")
        kind = kind_named(name)
        judge = load_plugin_judge(name, argument) if kind is None else kind.load(argument, self)
        if judge is None:
            known = (*KNOWN_SPECS, *(f"{plugin.name} ({plugin.package})" for plugin in all_plugins("judge")))
            raise UserError(f"no judge is called {spec!r}; known are {', '.join(known)}")
        return judge

    def evidence(self) -> Judge:
        from codefavor.judges.evidence import EvidenceJudge  # with the sandbox

        return self.evidence_judge or EvidenceJudge(engine=self.engine)


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
    name, _, argument = spec.partition(":")
    kind = kind_named(name)
    return plugin_judge_files(name) if kind is None else kind.files(argument, judge_files)
