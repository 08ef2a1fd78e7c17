import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from codefavor.annotate.view import render_task
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Criterion
from codefavor.web.highlight import highlight, visible_html

HOSTILE = "<script>alert(1)</script>\u202e\u200b\x1b[31m\ud800\x00'\""


def test_hostile_text_is_shown_not_obeyed() -> None:
    page = render_task(
        Comparison(
            instruction=HOSTILE, criterion=Criterion(text=HOSTILE), code_a=HOSTILE, code_b=f"x = '''{HOSTILE}'''"
        )
    )
    assert "<script" not in page and page.count("&lt;script&gt;") >= 4
    for escape in ("\\u202e", "\\u200b", "\\x1b", "\\ud800", "\\x00"):
        assert page.count(f">{escape}</span>") >= 4
    assert "RIGHT-TO-LEFT OVERRIDE" in page
    page.encode("utf-8")


@given(st.text(alphabet=st.characters(exclude_categories=())), st.sampled_from(["python", "no such language"]))
def test_lines_are_those_of_the_diff_and_nothing_hides(code: str, language: str) -> None:
    lines = highlight(code, language)
    assert len(lines) == max(1, len(code.splitlines()))
    for line, original in zip(lines, code.splitlines(), strict=False):
        assert not re.sub(r'<span class="[a-z-]+"(?: title="[^"<>]*")?>|</span>', "", line).count("<")
        text = Markup(line).striptags() if "\t" not in original and "  " not in original else ""
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in text)


def test_text_survives_its_markup() -> None:
    assert Markup(visible_html("if a < b && c: 'ü'")).unescape() == "if a < b && c: 'ü'"


def test_python_is_coloured() -> None:
    code = "@cached\ndef f(x):  # why\n    return len('a\\'b') + 0x1F if x else None\n'''two\nlines'''"
    lines = highlight(code, "python")
    assert lines[0] == '<span class="d">@cached</span>'
    assert '<span class="k">def</span> <span class="f">f</span>(x)' in lines[1]
    assert '<span class="c"># why</span>' in lines[1]
    assert '<span class="b">len</span>(<span class="s">&#39;a\\&#39;b&#39;</span>)' in lines[2]
    assert '<span class="n">0x1F</span>' in lines[2]
    assert lines[3] == '<span class="s">&#39;&#39;&#39;two</span>' and lines[4].startswith('<span class="s">lines')
    assert '<span class="k">function</span>' in highlight("function f() {}", "javascript")[0]


def test_code_is_coloured_by_the_lexer_of_its_language() -> None:
    function = Markup('<span class="k">function</span> f')
    assert highlight("function f", "JavaScript") == highlight("function f", "js") == (function,)
    assert "<span" not in highlight("function f", "python")[0]
    assert highlight("def f", "py") == highlight("def f", "python") != ("def f",)
