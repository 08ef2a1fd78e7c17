import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from report_results import TASKS, make_result, make_run

from codefavor.report.bars import draw_bars
from codefavor.report.page import render_page
from codefavor.report.published import load_published
from codefavor.report.runs import ReportedRun
from codefavor.report.table import make_accuracy_table

CHROMIUM = Path("/usr/bin/chromium")
RUNS = [make_run("careful", 0.2), make_run("hasty", 0.45)]
RESULTS = [make_result("shorter"), make_result("<b>bold & brash</b>"), make_result("own", {"own.jsonl": "0"})]
HTML = render_page([*(ReportedRun(result=each) for each in RESULTS), *RUNS], load_published(), TASKS)


def test_the_page_asks_the_network_for_nothing() -> None:
    without_texts = re.sub(r'<script type="application/json">.*?</script>', "", HTML)
    assert not re.search(r"""(src|href)\s*=|url\(|@import|https?://""", without_texts)


def test_names_are_text_not_markup() -> None:
    assert "<b>bold" not in HTML and "&lt;b&gt;bold &amp; brash" in HTML


def test_bars_are_sorted_and_well_formed() -> None:
    table = make_accuracy_table(RESULTS[:2], load_published())
    svg = ElementTree.fromstring(str(draw_bars(table, "security", "Security")))
    figures = [float(text.text or "") for text in svg.iter("text") if text.get("class") == "figure"]
    assert len(figures) == 25 and figures == sorted(figures, reverse=True)
    whiskers = [path for path in svg.iter("path") if path.get("class") == "whisker"]
    assert len(whiskers) == 2


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(HTML, encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        opened = browser.new_page()
        errors: list[str] = []
        opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(file.as_uri())
        yield opened
        assert errors == []
        browser.close()


def first_names(page: Page, count: int) -> list[str | None]:
    rows = page.locator("table").first.locator("tbody tr th")
    return [rows.nth(place).get_attribute("data-value") for place in range(count)]


def test_a_heading_sorts_by_keyboard_both_ways(page: Page) -> None:
    heading = page.locator("table").first.get_by_role("button", name="Security")
    heading.focus()
    page.keyboard.press("Enter")
    assert first_names(page, 2) == ["Mistral Large 2 (123B)", "Llama-3.1-405B-Instruct"]
    assert page.locator("th[aria-sort=descending]").count() == 1
    page.keyboard.press("Enter")
    assert first_names(page, 1)[0] in {"shorter", "<b>bold & brash</b>"}


def test_missing_figures_stay_last_whichever_way_one_sorts(page: Page) -> None:
    heading = page.locator("table").first.get_by_role("button", name="Human preference")
    for _ in range(2):
        heading.click()
        assert page.locator("table").first.locator("tbody tr th").last.get_attribute("data-value") == (
            "3-developer majority"
        )


def test_published_rows_can_be_hidden(page: Page) -> None:
    shown = page.locator("tbody tr.published:visible")
    assert shown.count() == 23 + 4
    page.get_by_label("show published rows").uncheck()
    assert shown.count() == 0
    page.get_by_label("show published rows").check()


def test_the_browser_of_tasks_filters_searches_and_opens(page: Page) -> None:
    browser = page.locator(".browser")
    count = browser.locator(".count")
    differing = sum(one.given.choice != two.given.choice for one, two in zip(RUNS[0].rows, RUNS[1].rows, strict=True))
    assert count.inner_text() == f"{differing} of 120 tasks"
    browser.get_by_label("Show").select_option("all")
    assert count.inner_text() == "120 of 120 tasks"
    assert browser.locator("details").count() == 50
    browser.get_by_role("button", name="Show more").click()
    assert browser.locator("details").count() == 100
    browser.get_by_label("Criterion").select_option("Security")
    assert count.inner_text() == "40 of 120 tasks"
    browser.get_by_label("Search").fill("NUMBER 7 .")
    expect(count).to_have_text("0 of 120 tasks")
    browser.get_by_label("Search").fill("number 8 .")
    expect(count).to_have_text("1 of 120 tasks")
    browser.locator("summary").click()
    # A browser tells the page of an opened entry in its own time.
    expect(browser).to_contain_text("Code A (better)")
    expect(browser).to_contain_text("</script><b>")
    assert browser.locator(".verdict").count() == 2 and browser.locator(".differs").count() == 2


def test_the_page_shows_costs_and_calibration(page: Page) -> None:
    assert page.locator("svg.frontier").count() == 3
    assert page.locator("svg.reliability").count() == 2
    assert "Times the cheapest" in page.locator("main").inner_text()


def test_nothing_overflows_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
