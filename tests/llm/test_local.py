"""The local chat model with the real embedded weights."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from codefavor.errors import ModelError
from codefavor.llm.load import load_model
from codefavor.llm.local import Local
from codefavor.llm.protocol import ChatModel, Completion, GenerationConfig, Message
from codefavor.llm.row_decoding import RowChoice

GREEDY = GenerationConfig(max_tokens=12)
ASKED = ["Name a colour.", "Write a Python function that adds two numbers.", "What is 2 + 2? Explain in one sentence."]


@pytest.fixture(scope="module")
def model() -> Iterator[ChatModel]:
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    with pytest.MonkeyPatch.context() as patch:
        # In bf16 two words are often equally likely, and which of them is written depends on the processor.
        patch.setattr("codefavor.llm.local.multiplies_bf16", lambda device: False)
        loaded = load_model("local:smollm2")
    yield loaded


def ask(model: ChatModel, *calls: tuple[str, GenerationConfig]) -> list[Completion]:
    async def answers() -> list[Completion]:
        try:
            return await asyncio.gather(
                *(model.complete((Message(role="user", content=text),), config) for text, config in calls)
            )
        finally:
            await model.aclose()

    return asyncio.run(answers())


def test_an_answer_in_a_batch_is_the_answer_alone(model: ChatModel) -> None:
    together = ask(model, *((text, GREEDY) for text in ASKED))
    alone = [ask(model, (text, GREEDY))[0] for text in ASKED]
    assert [answer.text for answer in together] == [answer.text for answer in alone]
    assert all(answer.text and answer.usage.input_tokens > 10 for answer in together)


def test_every_call_keeps_its_own_settings_in_a_batch(model: ChatModel) -> None:
    short = GenerationConfig(max_tokens=2)
    reported = GenerationConfig(max_tokens=5, top_logprobs=3)
    first, second, third = ask(model, (ASKED[1], short), (ASKED[1], reported), (ASKED[1], GREEDY))
    assert (first.usage.output_tokens, first.finish, first.logprobs) == (2, "length", None)
    assert second.logprobs is not None
    assert "".join(token.token for token in second.logprobs) == second.text
    for token in second.logprobs:
        assert len(token.top) == 3
        assert token.logprob == max(token.top.values()), "greedy decoding writes the likeliest token"
    assert third.text.startswith(second.text)
    assert second.text.startswith(first.text)


def test_a_stop_text_ends_the_answer_and_is_not_in_it(model: ChatModel) -> None:
    [whole] = ask(model, (ASKED[2], GREEDY))
    stop = whole.text[8:11]
    config = GenerationConfig(max_tokens=12, stop=(stop, "never written"), top_logprobs=1)
    [stopped] = ask(model, (ASKED[2], config))
    assert stopped.text == whole.text[: whole.text.index(stop)]
    assert stopped.finish == "stop"
    assert stopped.usage.output_tokens < whole.usage.output_tokens
    assert stopped.logprobs is not None
    assert "".join(token.token for token in stopped.logprobs).startswith(stopped.text)


def test_sampling_is_repeated_by_its_seed_whatever_its_neighbours(model: ChatModel) -> None:
    def seeded(seed: int) -> GenerationConfig:
        return GenerationConfig(temperature=1.0, max_tokens=12, seed=seed)

    [alone] = ask(model, (ASKED[0], seeded(1)))
    repeated, other, _ = ask(model, (ASKED[0], seeded(1)), (ASKED[0], seeded(2)), (ASKED[1], GREEDY))
    assert repeated.text == alone.text
    assert other.text != alone.text


def test_the_event_loop_is_not_held_up(model: ChatModel, monkeypatch: pytest.MonkeyPatch) -> None:
    beaten = threading.Event()
    choose = RowChoice.__call__

    def held(self: RowChoice, *arguments: Any) -> Any:
        assert beaten.wait(60), "the event loop stands still while the model writes"
        return choose(self, *arguments)

    monkeypatch.setattr(RowChoice, "__call__", held)

    async def count() -> int:
        asking = asyncio.create_task(
            model.complete((Message(role="user", content="Hello"),), GenerationConfig(max_tokens=8))
        )
        beats = 0
        while not asking.done():
            await asyncio.sleep(0.005)
            beats += 1
            if beats == 5:
                beaten.set()
        await asking
        await model.aclose()
        return beats

    assert asyncio.run(count()) >= 5


def test_what_it_cannot_do_is_refused(model: ChatModel) -> None:
    with pytest.raises(ModelError, match="JSON schema"):
        ask(model, ("x", GenerationConfig(json_schema={})))
    with pytest.raises(ModelError, match="do not fit its context"):
        ask(model, ("x", GenerationConfig(max_tokens=10_000)))


def test_weights_that_are_not_there_are_named(tmp_path: object) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_model(f"local:{tmp_path}")


@pytest.mark.parametrize(("has_bf16", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_a_stored_precision_that_would_be_emulated_becomes_fp32(
    has_bf16: bool, expected: torch.dtype, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.bfloat16)
    stored.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": has_bf16})
    assert Local(str(tmp_path))._model.dtype == expected
