import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codefavor.errors import DataError
from codefavor.llm.answers import AnswerFile
from codefavor.llm.cached import Cached, answer_key
from codefavor.llm.protocol import Completion, GenerationConfig, Message
from codefavor.llm.scripted import Scripted
from codefavor.llm.usage_budget import UsageBudget
from conversation import CONFIG, SECRET, rate_limited, say, vllm
from loopback.process import LoopbackProcess
from loopback.server import Loopback


class Counting(Scripted):
    asked = 0

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        self.asked += 1
        await asyncio.sleep(0.001)
        return await super().complete(messages, config)


def test_an_answer_is_paid_for_once(tmp_path: Path) -> None:
    usage = UsageBudget()
    for was_kept in (False, True):
        with AnswerFile(tmp_path / "answers.sqlite") as answers:
            completion = asyncio.run(
                Cached(rate_limited(Scripted(), usage=usage), answers).complete(say("a b"), CONFIG)
            )
            assert (completion.text, completion.cached, completion.usage.input_tokens) == ("a b", was_kept, 2)
    assert usage.spent.calls == 1


def test_log_probabilities_are_kept(tmp_path: Path) -> None:
    config = GenerationConfig(top_logprobs=2)
    with Loopback() as server, AnswerFile(tmp_path / "answers.sqlite") as answers:

        async def ask() -> Completion:
            model = Cached(vllm(server.url), answers)
            completion = await model.complete(say("a b"), config)
            await model.aclose()
            return completion

        first, again = asyncio.run(ask()), asyncio.run(ask())
        assert server.tally.requests == 1
    assert again.logprobs == first.logprobs != ()


def test_equal_calls_at_the_same_time_are_made_once(tmp_path: Path) -> None:
    async def ask_all(model: Cached) -> None:
        await asyncio.gather(*(model.complete(say(f"{number % 10}"), CONFIG) for number in range(200)))

    counting = Counting()
    with AnswerFile(tmp_path / "answers.sqlite") as answers:
        asyncio.run(ask_all(Cached(counting, answers)))
        assert (counting.asked, len(answers)) == (10, 10)


def test_a_call_that_is_cancelled_leaves_the_answer_to_its_twin(tmp_path: Path) -> None:
    async def scenario(model: Cached) -> str:
        first = asyncio.create_task(model.complete(say("x"), CONFIG))
        second = asyncio.create_task(model.complete(say("x"), CONFIG))
        await asyncio.sleep(0)
        first.cancel()
        return (await second).text

    with AnswerFile(tmp_path / "answers.sqlite") as answers:
        assert asyncio.run(scenario(Cached(Counting(), answers))) == "x"


MESSAGES = st.lists(st.builds(Message, role=st.sampled_from(["user", "assistant"]), content=st.text()), max_size=3)
CONFIGS = st.builds(
    GenerationConfig,
    temperature=st.sampled_from([0.0, 0.5]),
    max_tokens=st.sampled_from([1, 2]),
    stop=st.lists(st.text(max_size=2), max_size=2).map(tuple),
    seed=st.none() | st.integers(0, 2),
    top_logprobs=st.none() | st.just(1),
    json_schema=st.none() | st.just({"type": "object"}),
)
CALLS = st.tuples(st.sampled_from(["p/a", "p/b"]), MESSAGES.map(tuple), CONFIGS)


@settings(max_examples=40, deadline=None)
@given(CALLS, CALLS)
def test_the_key_depends_on_everything_that_shapes_an_answer(
    one: tuple[str, tuple[Message, ...], GenerationConfig], other: tuple[str, tuple[Message, ...], GenerationConfig]
) -> None:
    assert (answer_key(*one) == answer_key(*other)) == (one == other)


def test_a_file_that_is_no_cache_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    path.write_text("not a database, though long enough to be taken for one" * 100, encoding="utf-8")
    with pytest.raises(DataError, match="answers.sqlite"):
        AnswerFile(path)


def test_a_damaged_answer_is_named(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with AnswerFile(path) as answers:
        model = Cached(Scripted(), answers)
        asyncio.run(model.complete(say("x"), CONFIG))
        with sqlite3.connect(path) as other:
            other.execute("UPDATE answers SET completion = '{'")
        other.close()
        with pytest.raises(DataError, match="unreadable"):
            asyncio.run(model.complete(say("x"), CONFIG))


def test_no_key_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_API_KEY", SECRET)
    with Loopback() as server, AnswerFile(tmp_path / "answers.sqlite") as answers:

        async def ask() -> None:
            model = Cached(vllm(server.url), answers)
            await model.complete(say("x"), CONFIG)
            await model.aclose()

        asyncio.run(ask())
    assert all(SECRET.encode() not in file.read_bytes() for file in tmp_path.iterdir())


CLIENT = textwrap.dedent("""
    import asyncio, sys
    from pathlib import Path
    from codefavor.llm import batch
    from codefavor.llm.answers import AnswerFile
    from codefavor.llm.cached import Cached
    from codefavor.llm.load import load_model
    from codefavor.llm.protocol import GenerationConfig, Message

    async def main(url, answers):
        model = Cached(load_model("vllm/m", [url]), answers)

        async def work(item):
            completion = await model.complete((Message(role="user", content=f"item {item}"),), GenerationConfig())
            print(item, completion.text, flush=True)

        async for _ in batch.run(range(200), work, 16):
            pass
        await model.aclose()

    with AnswerFile(Path(sys.argv[2])) as answers:
        asyncio.run(main(sys.argv[1], answers))
""")


def _parsed(lines: Iterable[str]) -> dict[str, str]:
    whole = (line.partition(" ") for line in lines if line.endswith("\n"))
    return {item: text for item, _, text in whole}


def test_killed_at_any_moment_no_answer_handed_on_is_asked_for_again(tmp_path: Path) -> None:
    chance = random.Random(5)
    command = [sys.executable, "-c", CLIENT]
    handed_on: dict[str, str] = {}
    with LoopbackProcess(latency=0.02) as server:
        for _ in range(3):
            with subprocess.Popen(
                [*command, server.url, str(tmp_path / "answers.sqlite")],
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONWARNINGS": ""},
            ) as process:
                assert process.stdout
                handed_on.update(_parsed([process.stdout.readline()]))
                time.sleep(chance.uniform(0.0, 0.3))
                process.send_signal(signal.SIGKILL)
                handed_on.update(_parsed(process.stdout))
            with AnswerFile(tmp_path / "answers.sqlite") as answers:
                for item in handed_on:
                    assert answers.get(answer_key("vllm/m", say(f"item {item}"), GenerationConfig()))
        done = subprocess.run(
            [*command, server.url, str(tmp_path / "answers.sqlite")], capture_output=True, text=True, check=True
        )
        in_flight_at_kills = 3 * 16
        assert server.stats()["repeated"] <= in_flight_at_kills
        assert server.stats()["distinct"] == 200
    final = _parsed(done.stdout.splitlines(keepends=True))
    assert final == {str(item): f"0: item {item}\n" for item in range(200)}
    assert handed_on.items() <= final.items()
