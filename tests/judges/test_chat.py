import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from codefavor.config import load_config
from codefavor.errors import BudgetExceeded, ConfigError, ModelError
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.chat import ChatJudge, known_price
from codefavor.judges.chat_config import ChatJudgeConfig, default_answers, read_chat_spec
from codefavor.judges.chat_format import NO_VERDICT
from codefavor.judges.format import joint_text
from codefavor.judges.load import judge_files, load_judge
from codefavor.llm.load import load_model
from codefavor.llm.prices import Price
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.report.published import load_published
from loopback.dialects import Messages, Reply
from loopback.faults import Schedule
from loopback.process import LoopbackProcess
from loopback.server import Loopback
from waiting import wait_until

CONFIGS = Path(__file__).parents[2] / "configs" / "judges"
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENROUTER_API_KEY")
PRICE = Price(input=1_000_000.0, output=0.0)


def comparison(number: int) -> Comparison:
    return Comparison(
        instruction=f"Return {number}.",
        criterion=criterion_for(Aspect.CORRECTNESS),
        code_a=f"return {number}",
        code_b="return None",
    )


def prefers_none(messages: Messages) -> str:
    """Prefer the code that returns nothing, wherever it stands."""
    side = "A" if "return None\n</code_a" in messages[-1]["content"] else "B"
    return f"It is honest.\nVERDICT: Code {side} is better than code {'B' if side == 'A' else 'A'}."


def judge_of(url: str, folder: Path, options: str = "") -> ChatJudge:
    return ChatJudge.load(read_chat_spec(f"vllm/m?base-url={url}&cache={folder / 'answers.sqlite'}{options}"))


def test_both_orders_over_a_real_server_with_feedback_and_cost(tmp_path: Path) -> None:
    shown = [comparison(number) for number in range(20)]
    with Loopback(prefers_none) as server:
        verdicts = BothOrders(judge_of(server.url, tmp_path)).judge(shown)
        assert server.tally.requests == 40
    assert [verdict.choice for verdict in verdicts] == ["B"] * 20
    first = verdicts[0]
    assert first.feedback == "It is honest." and first.judge == "chat:vllm/m (both orders)"
    assert first.cost and first.cost.seconds > 0 and first.cost.input_tokens > 100 and first.cost.output_tokens > 10


def test_decoding_is_greedy_and_a_repeated_run_asks_nothing(tmp_path: Path) -> None:
    with Loopback(prefers_none) as server:
        once, again = (judge_of(server.url, tmp_path).judge([comparison(1)]) for _ in range(2))
        assert server.tally.requests == 1
        assert server.tally.asked[0].body["temperature"] == 0
    assert once[0].choice == again[0].choice == "B"
    assert once[0].cost and again[0].cost and once[0].cost.input_tokens == again[0].cost.input_tokens


def test_log_probabilities_become_the_probability(tmp_path: Path) -> None:
    reply = Reply("A", [("A", {"A": -0.5, "B": -1.5})])
    with Loopback(lambda messages: reply) as server:
        judge = judge_of(server.url, tmp_path, "&logprobs")
        (verdict,) = judge.judge([comparison(1)])
    assert judge.name == "chat:vllm/m?logprobs"
    assert verdict.choice == "A" and verdict.prob_a == pytest.approx(0.7311, abs=1e-3)


def test_a_trained_judge_on_a_server_is_asked_in_the_words_it_was_trained_on(tmp_path: Path) -> None:
    shown = comparison(1)
    reply = Reply("B", [("B", {"A": -1.5, "B": -0.5})])
    with Loopback(lambda messages: reply) as server:
        judge = judge_of(server.url, tmp_path, "&trained")
        (verdict,) = judge.judge([shown])
        (asked,) = server.tally.asked
    assert judge.name == "chat:vllm/m?trained" and verdict.prob_a == pytest.approx(0.2689, abs=1e-3)
    text = joint_text(shown.instruction, shown.code_a, shown.code_b, shown.criterion.text)
    assert [message["content"] for message in asked.body["messages"]] == [text]


def test_another_answer_than_a_letter_is_undecided(tmp_path: Path) -> None:
    with Loopback(lambda messages: "Well, hm") as server:
        (verdict,) = judge_of(server.url, tmp_path, "&logprobs").judge([comparison(1)])
    assert verdict.choice is None and "neither A nor B" in str(verdict.undecided)


@pytest.mark.parametrize(("option", "choice", "asked"), [("", None, 1), ("&repair", "B", 2)])
def test_a_repair_turn_is_optional_and_single(tmp_path: Path, option: str, choice: str | None, asked: int) -> None:
    def mumbles(messages: Messages) -> str:
        return "Hard to say." if len(messages) == 1 else "VERDICT: Code B is better than code A."

    with Loopback(mumbles) as server:
        (verdict,) = judge_of(server.url, tmp_path, option).judge([comparison(1)])
        assert server.tally.requests == asked
    assert verdict.choice == choice and verdict.feedback == "Hard to say."
    assert verdict.undecided == (None if choice else NO_VERDICT)


def test_some_failures_are_undecided_with_the_reason_and_an_outage_is_an_error(tmp_path: Path) -> None:
    spec = read_chat_spec(f"vllm/m?cache={tmp_path / 'answers.sqlite'}")
    config = spec.config.model_copy(update={"limits": spec.config.limits.model_copy(update={"attempts": 1})})
    shown = [comparison(number) for number in range(40)]
    with Loopback(prefers_none, schedule=Schedule(shares={"server-error": 0.5})) as server:
        lame = config.model_copy(update={"base_urls": (server.url,)})
        verdicts = ChatJudge.load(spec.model_copy(update={"config": lame})).judge(shown)
    failed = [verdict for verdict in verdicts if verdict.choice is None]
    assert 0 < len(failed) < 40 and all("stumbled" in str(verdict.undecided) for verdict in failed)
    dead = config.model_copy(update={"base_urls": ("http://127.0.0.1:9/v1",)})
    with pytest.raises(ModelError, match="none of 40 comparisons was answered"):
        ChatJudge.load(spec.model_copy(update={"config": dead})).judge([comparison(n) for n in range(100, 140)])


def test_a_spent_budget_stops_the_run_and_keeps_what_was_paid_for(tmp_path: Path) -> None:
    shown = [comparison(number) for number in range(30)]
    with Loopback(prefers_none) as server:
        spec = read_chat_spec(f"vllm/m?base-url={server.url}&cache={tmp_path / 'answers.sqlite'}&budget=2500")
        priced = ChatJudge(spec, load_model(spec.config.model, spec.config.base_urls), PRICE)
        with pytest.raises(BudgetExceeded):
            priced.judge(shown)
        paid = server.tally.requests
        assert 0 < paid < 30
        assert priced.meter.spent.usd <= 2500
        judge_of(server.url, tmp_path).judge(shown)
        assert server.tally.requests == 30


def test_a_budget_needs_a_price(tmp_path: Path) -> None:
    spec = read_chat_spec("vllm/m?budget=1")
    with pytest.raises(ConfigError, match="no price is known"):
        ChatJudge(spec, load_model(spec.config.model, spec.config.base_urls), None)


KILLED = """
import sys
sys.path.insert(0, {tests!r})
from judges.test_chat import comparison, judge_of
from pathlib import Path
judge_of({url!r}, Path({folder!r})).judge([comparison(number) for number in range(200)])
"""


def test_a_killed_run_pays_for_nothing_twice(tmp_path: Path) -> None:
    with LoopbackProcess("judges.test_chat:prefers_none", latency=0.2) as server:
        script = KILLED.format(tests=str(Path(__file__).parents[1]), url=server.url, folder=str(tmp_path))
        run = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
        wait_until(lambda: server.stats()["answered"] >= 64, "64 answers")
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert 64 <= server.stats()["answered"] < 200
        verdicts = judge_of(server.url, tmp_path).judge([comparison(number) for number in range(200)])
        # What was in flight when it was killed was asked and never heard.
        assert server.stats()["repeated"] <= 32
    assert all(verdict.choice == "B" for verdict in verdicts)


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_configuration_loads_and_is_priced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(ChatJudgeConfig, file, {})
    assert known_price(config) is not None
    assert judge_files(f"chat:{file}") == (file,)
    for key in (*KEYS, "DEEPSEEK_API_KEY", "AWS_BEARER_TOKEN_BEDROCK", "AWS_REGION"):
        monkeypatch.setenv(key, "test")
    if not config.model.startswith("local/"):
        assert load_judge(f"chat:{file}").name == config.name


def test_every_model_of_the_papers_table_has_a_configuration() -> None:
    comments = {file.read_text(encoding="utf-8").splitlines()[0].split(":")[0] for file in CONFIGS.glob("*.yaml")}
    rows = {row.name for row in load_published().rows if row.group != "people" and "CodeFavor" not in row.name}
    assert {f"# {row}" for row in rows} <= comments and len(rows) == 14


@pytest.mark.parametrize("asked", ["vllm/m?colour=red", "vllm/m?budget", "vllm/m?logprobs=1", "vllm/m?budget=much"])
def test_an_option_without_sense_is_refused(asked: str) -> None:
    with pytest.raises(ConfigError, match=r"no option here|no number"):
        load_judge(f"chat:{asked}")


def test_answers_are_kept_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.sep + "there")
    assert default_answers() == Path("/there/codefavor/judge-answers.sqlite")
