"""The model card: the README.md of a trained judge, with the header that model hubs read."""

from collections import Counter
from collections.abc import Sequence

import yaml

from codefavor.models.embedded import EMBEDDED, HUB_ID
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import GenerationTrainConfig, GroundedConfig, ModelConfig, TrainConfig


def model_card(config: TrainConfig, pairs: Sequence[PreferencePair], truncated: int) -> str:
    """Return the card of a judge trained by `config` on `pairs`."""
    header: dict[str, str | list[str]] = {"tags": ["codefavor", "code-preference", config.objective]}
    title = "token n-grams"
    cut = ""
    if isinstance(config, GroundedConfig):
        title = f"evidence and {config.inner}" if config.inner else "evidence"
    elif isinstance(config, ModelConfig):
        title = HUB_ID if config.model == EMBEDDED else config.model
        cut = f"| cut to {config.max_length:,} tokens | {truncated:,} pairs |\n"
        header |= {"library_name": "transformers", "base_model": title}
    methods = Counter(pair.provenance.method.split("/")[0] for pair in pairs)
    no_feedback = ""
    if isinstance(config, GenerationTrainConfig):
        count = sum(not pair.feedback for pair in pairs)
        no_feedback = f"| pairs without feedback, trained on the result line alone | {count:,} |\n"
    licences = sorted({pair.provenance.license or "not stated" for pair in pairs})
    return f"""---
{yaml.safe_dump(header, sort_keys=False).strip()}
---

# A judge of code: {config.objective} on {title}

Given an instruction, two candidates and a criterion, it says which candidate is better. Use it with
`codefavor compare` or `codefavor bench run` and the spec `model:` followed by this folder; `judge.json` says what its
input must look like, `manifest.json` what it was made from.

| trained on | |
|---|---|
| pairs | {len(pairs):,} ({", ".join(f"{count:,} {method}" for method, count in methods.most_common())}) |
{cut}{no_feedback}| comments in the codes | {config.comments} |
| licences of the sources | {"; ".join(licences)} |

The judge has read Python only, unless its pairs say otherwise. A preference is not a proof: a candidate that wins here
can still be wrong.
"""
