"""Shared by all tests: the benchmark if it is there, a tiny random model, a tokenizer of characters, easy pairs."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.open_engine import open_engine
from made_pairs import make_pair
from tiny_models import save_tiny_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet
    from playwright.sync_api import Browser
    from transformers import PreTrainedTokenizerFast

# How long an example takes says what else the machine does.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

pytest_plugins = ["wasm_fixtures"]
CHROMIUM = Path("/usr/bin/chromium")
CHAT = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}"
CHAT += "{% if add_generation_prompt %}<assistant>{% endif %}"


def character_tokenizer(chat_template: str | None = CHAT) -> PreTrainedTokenizerFast:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    characters = [chr(code) for code in range(32, 127)] + ["\n"]
    vocabulary = {character: number for number, character in enumerate(["<pad>", "<unk>", *characters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")
    tokenizer.decoder = decoders.Fuse()
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>"
    )
    fast.chat_template = chat_template
    return fast


def judging_precisions() -> list[ParameterSet]:
    """The precisions less than fp32, as parameters; bf16 is skipped where the processor has none."""
    import torch

    from codefavor.models.cpu_features import multiplies_bf16

    lacking = not multiplies_bf16(torch.device("cpu"))
    reason = "this processor has no products in bf16"
    return [pytest.param("bf16", marks=pytest.mark.skipif(lacking, reason=reason)), pytest.param("int8")]


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Let the programs that tests start hear Ctrl-C, even where the tests themselves run in a shell's background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which asks nothing of the network by itself."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    quiet = ["--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", *quiet])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def benchmark() -> Path:
    """The folder of CodePrefBench, named by CODEFAVOR_BENCH or beside the checkout."""
    folder = Path(os.environ.get("CODEFAVOR_BENCH") or Path(__file__).parents[2] / "shared" / "codeprefbench")
    if not folder.is_dir():
        pytest.skip("CodePrefBench is not here; name its folder in CODEFAVOR_BENCH")
    return folder


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine that users get, with two workers."""
    with open_engine(workers=2) as opened:
        yield opened


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random three-layer model."""
    return save_tiny_model(
        tmp_path_factory.mktemp("tiny"),
        character_tokenizer(),
        num_hidden_layers=3,
        num_key_value_heads=1,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
    )


@pytest.fixture(scope="session")
def learnable_pairs() -> list[PreferencePair]:
    """Pairs whose rejected code always carries the same mark."""
    return [
        make_pair(
            f"x = {number} + 1",
            f"x = {number} + eval('1')",
            Aspect.SECURITY,
            instruction=f"add {number}",
            source_id=number,
            method="regress-evol/made-up",
            license_name="MIT",
        )
        for number in range(24)
    ]
