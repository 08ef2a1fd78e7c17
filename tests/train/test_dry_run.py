from pathlib import Path
from typing import Any

import pytest

from codefavor.errors import ConfigError, ModelError
from codefavor.models.pretrained import load_tokenizer
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import ClassificationConfig, TrainConfig
from codefavor.train.dry_run import DryRun, dry_run
from codefavor.train.objective import require_steps
from codefavor.train.preview import PreviewRow


@pytest.fixture(scope="module")
def shell(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model without its weights."""
    folder = tmp_path_factory.mktemp("shell")
    for path in tiny_model.iterdir():
        if path.suffix != ".safetensors":
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def run(shell: Path, pairs: list[PreferencePair], **settings: Any) -> DryRun:
    values = {"model": str(shell), "max_length": 700, **settings}
    if settings.get("objective") == "generation":
        values["max_new_tokens"] = 60
    return dry_run(pairs, require_steps(TrainConfig.model_validate(values)))


def learned(row: PreviewRow) -> list[str]:
    return [part.text for part in row.parts if part.in_loss]


def test_it_needs_no_weights_and_knows_the_steps(shell: Path, learnable_pairs: list[PreferencePair]) -> None:
    commented = learnable_pairs[0].model_copy(update={"rejected": learnable_pairs[0].chosen + "  # wrong"})
    found = run(shell, [*learnable_pairs, commented], gradient_accumulation_steps=3, num_train_epochs=3)
    assert (found.pairs, found.left_out, found.truncated, found.examples) == (24, 1, 0, 48)
    assert (found.steps_per_epoch, found.steps, found.warmup) == (4, 12, 6)
    assert [method.configured for method in found.methods] == [True, *[False] * 5]
    peaks = {(method.name, method.checkpointing): method.memory.peak for method in found.methods}
    assert peaks["LoRA of rank 16", True] > peaks["QLoRA of rank 16", True]
    with pytest.raises(ModelError):
        dry_run(learnable_pairs, ClassificationConfig(model=str(shell / "nowhere")))
    with pytest.raises(ConfigError, match="has 3 layers, 9 were asked for"):
        run(shell, learnable_pairs, objective="reward", layers=9)


def test_what_the_loss_sees_is_marked(shell: Path, learnable_pairs: list[PreferencePair]) -> None:
    said = "The chosen code is right."
    pairs = [pair.model_copy(update={"feedback": said}) for pair in learnable_pairs]
    rows = run(shell, pairs).rows
    assert [(row.title, learned(row), row.in_loss) for row in rows] == [
        ("A is better", ["A"], 1),
        ("B is better", ["B"], 1),
    ]
    assert rows[0].parts[0].text.index("x = 0 + 1") < rows[0].parts[0].text.index("eval")
    assert rows[1].parts[0].text.index("x = 0 + 1") > rows[1].parts[0].text.index("eval")
    rows = run(shell, pairs, objective="generation").rows
    end = load_tokenizer(shell).decode([load_tokenizer(shell).encode("\n", add_special_tokens=False)[-1]])
    assert [learned(row) for row in rows] == [[f"Code {side} is right.\nBetter: {side}{end}"] for side in "AB"]
    rows = run(shell, pairs, objective="reward", readout="sum").rows
    assert [row.title for row in rows] == ["chosen", "rejected"]
    assert learned(rows[0]) == ["<code>\nx = 0 + 1\n</code>"]
    assert [row.in_loss for row in run(shell, pairs, objective="reward").rows] == [1, 1]


def test_pairs_that_are_cut_are_counted(shell: Path, learnable_pairs: list[PreferencePair]) -> None:
    long = learnable_pairs[0].model_copy(update={"instruction": "add " * 200})
    found = run(shell, [long, *learnable_pairs[1:4]], per_device_train_batch_size=16)
    assert (found.truncated, found.batch.rows) == (1, 8)
    assert 690 < found.batch.tokens <= 700
