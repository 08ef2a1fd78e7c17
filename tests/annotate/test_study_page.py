"""The page in a real browser against a real server, by keyboard alone."""

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from study_tools import Server, make_pair, serving

from codefavor.annotate.answers import StudyAnswer, cast_votes, standing
from codefavor.annotate.store import Store
from codefavor.jsonl import write_records

HOSTILE = (
    'def number():\n    return "<img src=x onerror=document.title=1></script><script>document.title=2</script>\u202e"\n'
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    pairs = folder / "pairs.jsonl"
    write_records(pairs, (make_pair(number, chosen=f"{HOSTILE}# {number}\n\nx = {number}\n") for number in range(8)))
    with serving(pairs, folder / "votes.db", "--check-rate", "0") as started:
        yield started


@pytest.fixture
def page(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(60_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda each: errors.append(each.text) if "Content Security" in each.text else None)
    opened.goto(server.address)
    expect(opened.locator("#who")).to_be_focused()
    opened.keyboard.type(request.node.name[:60])
    opened.keyboard.press("Enter")
    opened.wait_for_selector("#title-A")
    yield opened
    assert errors == []
    context.close()


def logged(server: Server, name: str) -> list[StudyAnswer]:
    store = Store.open(server.store)
    try:
        return [answer for answer in store.answers() if answer.annotator == name[:60]]
    finally:
        store.close()


def instruction(page: Page) -> str:
    return page.inner_text("#instruction-title + p")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def seconds_of(timer: str) -> int:
    minutes, seconds = timer.split(":")
    return 60 * int(minutes) + int(seconds)


def answered(page: Page, count: int) -> None:
    expect(page.locator("#progress-text")).to_contain_text(f"· {count} by you")


def test_a_vote_by_keyboard_alone(page: Page, server: Server, request: pytest.FixtureRequest) -> None:
    assert page.evaluate("document.activeElement.id") == "task-title"
    press(page, "Enter")
    assert "Choose A, B or a tie first" in page.inner_text("#notice")
    press(page, "b")
    assert page.get_attribute(".candidates.plain .chosen", "data-side") == "B"
    press(page, "3", "n")
    page.keyboard.type("a better name, says abt123")
    press(page, "Escape", "Enter")
    answered(page, 1)
    assert page.evaluate("document.activeElement.id") == "task-title"
    (answer,) = logged(server, request.node.name)
    assert (answer.kind, answer.confidence, answer.note) == ("B", "very high", "a better name, says abt123")
    assert 0 < answer.seconds < 600


def test_undo_brings_the_answer_back(page: Page, server: Server, request: pytest.FixtureRequest) -> None:
    first = instruction(page)
    press(page, "t", "1", "Enter")
    answered(page, 1)
    assert instruction(page) != first and not page.is_checked("input[value=tie]")
    press(page, "u")
    answered(page, 0)
    assert instruction(page) == first
    assert page.is_checked("input[value=tie]") and page.is_checked("input[value=low]")
    press(page, "a", "Enter")
    answered(page, 1)
    press(page, "s")
    expect(page.locator("#undo")).to_be_enabled()
    answers = logged(server, request.node.name)
    assert [answer.kind for answer in answers[:3]] == ["tie", "undo", "A"]
    assert len(standing(answers[:3])) == 1
    assert answers[2].seconds >= answers[0].seconds


def test_a_reload_resumes_task_draft_and_time(page: Page) -> None:
    first = instruction(page)
    press(page, "a", "2", "n")
    page.keyboard.type("half a thought")
    expect(page.locator("#timer")).to_have_text(re.compile("0:0[2-9]|0:[1-5][0-9]|[1-9]:"))
    page.reload()
    page.wait_for_selector("#title-A")
    assert instruction(page) == first
    assert page.is_checked("input[value=A]") and page.input_value("#note") == "half a thought"
    assert page.inner_text("#timer") >= "0:02"


def test_the_timer_stops_while_the_page_is_hidden(page: Page) -> None:
    hide = """hidden => { Object.defineProperty(document, 'visibilityState',
        { value: hidden ? 'hidden' : 'visible', configurable: true });
        document.dispatchEvent(new Event('visibilitychange')); }"""
    expect(page.locator("#timer")).not_to_have_text("0:00")
    page.evaluate(hide, True)
    before = page.inner_text("#timer")
    page.wait_for_timeout(3000)
    assert page.inner_text("#timer") == before
    visible_since = time.monotonic()
    page.evaluate(hide, False)
    expect(page.locator("#timer")).not_to_have_text(before)
    counted = seconds_of(page.inner_text("#timer")) - seconds_of(before)
    # The text is rounded, and a second had begun when the page was hidden; three more passed unseen.
    assert counted <= time.monotonic() - visible_since + 1


def test_a_vote_survives_a_dead_server_and_a_closed_page(
    page: Page, server: Server, request: pytest.FixtureRequest
) -> None:
    press(page, "a", "2")
    server.kill()
    press(page, "Enter")
    page.wait_for_selector("#notice:not([hidden])")
    assert "kept in this browser" in page.inner_text("#notice")
    context, address = page.context, page.url
    page.close()
    server.start()
    again = context.new_page()
    again.goto(address)
    answered(again, 1)
    (answer,) = logged(server, request.node.name)
    assert answer.kind == "A"
    press(again, "b", "1")
    server.kill()
    press(again, "Enter")
    again.wait_for_selector("#notice:not([hidden])")
    server.start()
    answered(again, 2)
    assert again.is_hidden("#notice")
    assert [each.kind for each in logged(server, request.node.name)] == ["A", "B"]


def test_hostile_code_is_only_shown(page: Page) -> None:
    assert page.title() == "Which code is better?"
    text = page.inner_text(".candidates.plain")
    assert "<img src=x onerror=document.title=1>" in text and "\\u202e" in text and "\u202e" not in text
    assert page.locator(".candidates img, .candidates script").count() == 0
    assert "# " not in text  # comments are stripped from verifiable aspects


def test_differences_can_be_marked(page: Page) -> None:
    press(page, "d")
    assert page.is_visible(".candidates.diff") and page.is_hidden(".candidates.plain")
    assert page.get_attribute("#diff", "aria-pressed") == "true"
    marks = page.locator(".diff tr.changed .mark")
    assert marks.count() >= 2 and marks.first.inner_text().strip() == "*"


def test_everything_has_a_name_and_tab_reaches_it_in_order(page: Page) -> None:
    tree = page.locator("body").aria_snapshot()
    for named in ("Candidate A", "Candidate B", "Instruction", "Criterion"):
        assert f'heading "{named}' in tree
    for group in ('group "Better"', 'group "Confidence"', 'textbox "Note', 'form "Your vote"', "timer"):
        assert group in tree
    assert 'region "Candidate A"' in tree
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(e => e.getAttribute('aria-labelledby') ?? e.id ?? e.name)(document.activeElement)"
                " || document.activeElement.name"
            )
        )
    assert reached[:2] == ["title-A", "title-B"]
    assert [each for each in reached if each in ("choice", "confidence", "note", "send", "skip")] == [
        "choice",
        "confidence",
        "note",
        "send",
        "skip",
    ]


def test_single_keys_can_be_switched_off(page: Page) -> None:
    press(page, "?")
    assert page.is_visible("#help")
    page.keyboard.press("Space")
    press(page, "Escape", "a")
    assert page.is_hidden("#help") and not page.is_checked("input[value=A]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_contrast(scheme: str) -> None:
    css = (Path(__file__).parents[2] / "src/codefavor/annotate/static/study.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme == "dark"]))
    code = ["ink", "soft", "comment", "keyword", "string", "number", "name", "builtin"]
    pairs = [(ink, paper) for ink in code for paper in ("card",)]
    pairs += [(ink, "differs") for ink in code if ink != "soft"]
    pairs += [("ink", "paper"), ("soft", "paper"), ("accent", "card"), ("accent", "paper"), ("accent", "tint")]
    pairs += [("on-accent", "accent"), ("alarm", "alarm-tint"), ("hidden-ink", "hidden-paper"), ("ink", "tint")]
    low = {pair: ratio for pair in pairs if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert low == {}
    assert contrast(colours["edge"], colours["card"]) >= 3


def contrast(first: str, second: str) -> float:
    """The ratio of WCAG 2."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_server_stops_on_an_interrupt(tmp_path: Path) -> None:
    write_records(tmp_path / "pairs.jsonl", [make_pair(1)])
    server = Server(tmp_path / "pairs.jsonl", tmp_path / "votes.db")
    assert server.kill(signal.SIGINT) in (0, 130)
    store = Store.open(tmp_path / "votes.db")
    assert cast_votes({}, store.assignments(), store.answers()) == []
    store.close()
