"""`codefavor report`: results side by side in one HTML page, and as Markdown or CSV."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from codefavor.bench.run import read_result
from codefavor.errors import UserError
from codefavor.report.page import render_page
from codefavor.report.published import load_published
from codefavor.report.table import by_data, make_table
from codefavor.report.text import for_terminal, to_csv, to_markdown

app = typer.Typer(help="Put results side by side in one HTML page.")


@app.command()
def report(
    results: Annotated[list[Path], typer.Argument(help="Folders of finished bench runs, or their result.json.")],
    out: Annotated[Path, typer.Option(help="The HTML page.")] = Path("report.html"),
    markdown: Annotated[Path | None, typer.Option(help="Also write the tables as Markdown.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the figures as CSV.")] = None,
) -> None:
    """Put results side by side in one HTML page that needs no network."""
    read = [read_result(path) for path in results]
    published = load_published()
    tables = [make_table(members, published) for members in by_data(read)]
    texts = {out: render_page(read, published)}
    if markdown:
        texts[markdown] = "\n".join(to_markdown(table) for table in tables)
    if csv:
        texts[csv] = to_csv(tables)
    _write_all(texts)
    console = Console()
    for table in tables:
        console.print(for_terminal(table))
    for path in texts:
        typer.echo(f"{path}")


def _write_all(texts: Mapping[Path, str]) -> None:
    """Write every file beside its place first, so that what is there stays until all can be replaced."""
    for path in texts:
        if path.is_dir():
            raise UserError(f"{path}: cannot be written: it is a folder")
    partials = {path: path.with_name(f".{path.name}.partial") for path in texts}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            partials[path].write_text(text, encoding="utf-8")
        for path, partial in partials.items():
            partial.replace(path)
    except OSError as error:
        raise UserError(f"{error.filename2 or error.filename}: cannot be written: {error.strerror}") from None
    finally:
        for partial in partials.values():
            if partial.parent.is_dir():
                partial.unlink(missing_ok=True)
