"""A task as the page shows it: the fragment of HTML with the instruction, the criterion and both candidates."""

from functools import lru_cache
from itertools import count
from typing import Literal

from markupsafe import Markup

from codefavor.languages.diff import side_by_side
from codefavor.pairs.comparison import Comparison
from codefavor.record import Record
from codefavor.web.highlight import highlight, visible_html
from codefavor.web.templating import templates_of

_TEMPLATES = templates_of("codefavor.annotate")


class DiffRow(Record):
    """One line of both candidates."""

    model_config = {"arbitrary_types_allowed": True}

    kind: Literal["same", "changed", "removed", "added"]
    """How the line differs between them."""
    left_number: int | None
    """Its number in A."""
    left: Markup | None
    """The line of A as HTML."""
    right_number: int | None
    """Its number in B."""
    right: Markup | None
    """The line of B as HTML."""


@lru_cache(maxsize=4096)
def render_task(comparison: Comparison) -> str:
    """Return the fragment for a comparison as it is shown; everything foreign in it is escaped."""
    language = comparison.language
    lines_a, lines_b = highlight(comparison.code_a, language), highlight(comparison.code_b, language)
    rows = [
        DiffRow(
            kind=row.kind,
            left_number=row.left_number,
            left=lines_a[row.left_number - 1] if row.left_number else None,
            right_number=row.right_number,
            right=lines_b[row.right_number - 1] if row.right_number else None,
        )
        for row in side_by_side(comparison.code_a, comparison.code_b)
    ]
    return _TEMPLATES.get_template("task.html").render(
        instruction=visible_html(comparison.instruction),
        criterion=visible_html(comparison.criterion.text),
        aspect=comparison.criterion.aspect,
        candidates={"A": list(zip(count(1), lines_a)), "B": list(zip(count(1), lines_b))},
        rows=rows,
    )


def render_page(name: str, form_token: str, study: str) -> str:
    """Return the page of an annotator who is let in."""
    return _TEMPLATES.get_template("study.html").render(name=name, form_token=form_token, study=study)


def render_file(name: str, study: str, held: str, script: str, style: str, policy: str) -> str:
    """Return the page that needs no server; `held` is JSON, all but the name is put in as it is."""
    trusted = {"held": Markup(held), "script": Markup(script), "style": Markup(style)}
    page = _TEMPLATES.get_template("file.html")
    return page.render(name=name, form_token="", study=study, policy=policy, **trusted)


def render_sign_in(asks_for_token: bool, refused: bool) -> str:
    """Return the page that asks who is there."""
    return _TEMPLATES.get_template("sign_in.html").render(asks_for_token=asks_for_token, refused=refused)
