"""The playground in a real browser against a real server, by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from serve_tools import QUESTION, Server, serving

HOSTILE = "def add(a, b):\n    return '<img src=x onerror=document.title=1><script>document.title=2</script>\u202e'\n"
TOKEN = "a-secret-word"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--judge", "grounded") as started:
        yield started


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with_errors = open_page(browser, server.address)
    yield with_errors[0]
    assert with_errors[1] == []
    with_errors[0].context.close()


def open_page(browser: Browser, address: str) -> tuple[Page, list[str]]:
    """Return the page and a list that fills with what goes wrong on it, requests to elsewhere included."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda each: errors.append(each.text) if "Content Security" in each.text else None)
    opened.on("request", lambda each: None if each.url.startswith((address, "data:")) else errors.append(each.url))
    opened.goto(address)
    return opened, errors


def fill(page: Page, **changes: str) -> None:
    asked = {**QUESTION, **changes}
    page.get_by_label("Instruction").fill(asked["instruction"])
    page.get_by_label("Candidate A").fill(asked["code_a"])
    page.get_by_label("Candidate B").fill(asked["code_b"])


def test_compare_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    for _ in range(2):
        page.keyboard.press("Tab")
    for text in (QUESTION["instruction"], None, None, None, QUESTION["code_a"], QUESTION["code_b"]):
        if text:
            page.keyboard.insert_text(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#verdict-title")).to_be_focused()
    assert page.inner_text("#verdict-title") == "B is better"
    assert "% sure" in page.inner_text(".sure")
    assert float(page.locator("meter").get_attribute("value") or 1) < 0.5
    row = page.locator("table tbody tr").first
    assert row.locator("th code").inner_text() == "add(1, 2)"
    assert [cell.strip() for cell in row.locator("td").all_inner_texts()] == ["3", "-1", "as expected"]
    assert page.locator("#answer pre .k").count() >= 4
    assert page.locator(".card.better h3").inner_text() == "Candidate B – the better one"


def test_findings_stand_at_their_lines(page: Page) -> None:
    page.get_by_label("Better means").select_option("security")
    fill(
        page,
        instruction="Run a command.",
        code_a="import subprocess\n\ndef run(name):\n    subprocess.call('ls ' + name, shell=True)\n",
        code_b="import subprocess\n\ndef run(name):\n    subprocess.call(['ls', name])\n",
    )
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".found", has_text="shell=True")).to_be_visible()
    assert "CWE-78" in page.locator(".found", has_text="shell=True").locator(".finding").first.inner_text()


def test_hostile_code_is_only_shown(page: Page) -> None:
    fill(page, code_a=HOSTILE)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#verdict-title")).to_be_focused()
    assert page.title() == "codefavor playground"
    assert page.locator("#answer img, #answer script").count() == 0
    assert "<img src=x" in page.inner_text("#answer") and "\u202e" not in page.inner_text("#answer")


def test_own_words_and_exchange(page: Page) -> None:
    assert page.is_hidden("#words")
    page.get_by_label("Better means").select_option("in my own words")
    expect(page.get_by_label("In your words")).to_be_visible()
    fill(page)
    page.get_by_role("button", name="Compare").click()
    assert page.evaluate("document.activeElement.id") == "words"  # the browser asks for the missing words
    page.get_by_role("button", name="Exchange A and B").click()
    assert page.input_value("#code-A") == QUESTION["code_b"]
    page.get_by_role("button", name="Fill in an example").click()
    assert "median" in page.input_value("#code-B")


def test_everything_has_a_name(page: Page) -> None:
    fill(page)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#verdict-title")).to_be_focused()
    tree = page.locator("body").aria_snapshot()
    for part in ('textbox "Instruction"', 'combobox "Better means"', 'heading "B is better"', 'region "Candidate A'):
        assert part in tree
    unnamed = "[...document.querySelectorAll('input,textarea,select,meter,[role=region]')]"
    unnamed += ".filter(e => !(e.labels?.length || e.ariaLabel || e.getAttribute('aria-labelledby'))).map(e => e.id)"
    assert page.evaluate(unnamed) == []


def test_a_refusal_is_told_and_a_comparison_can_be_stopped(page: Page) -> None:
    fill(page, code_a="def add(a, b):\n    while True: pass\n", code_b="def add(a, b):\n    while 1: pass\n")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("alert")).to_have_text("Stopped.")
    assert page.is_enabled("#ask") and page.is_hidden("#stop")


def test_the_token_is_asked_for_and_used(browser: Browser) -> None:
    with serving("--judge", "shorter", environment={"CODEFAVOR_TOKEN": TOKEN}) as server:
        page, errors = open_page(browser, server.address)
        fill(page)
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("alert")).to_contain_text("Not compared (401)")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Compare").click()
        expect(page.locator("#verdict-title")).to_be_focused()
        assert page.is_hidden("#notice") and errors == []
        page.context.close()
