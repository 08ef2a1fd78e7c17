"""`codefavor serve`: a judge over HTTP."""

import os
from importlib import import_module
from typing import Annotated

import typer

from codefavor.cli.options import EngineOption, JudgeOption, OrdersOption
from codefavor.errors import MissingExtraError
from codefavor.judges.load import default_spec

app = typer.Typer(help="Answer comparisons over HTTP, with a playground in the browser.")


@app.command()
def serve(
    judge: JudgeOption = None,
    host: Annotated[
        str, typer.Option(help="An address; other than loopback it needs a token in CODEFAVOR_TOKEN.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8418,
    orders: OrdersOption = "both",
    max_seconds: Annotated[float, typer.Option(min=1, help="How long an answer may take.")] = 60.0,
    max_body: Annotated[int, typer.Option(min=1024, help="Bytes of one request at most.")] = 1 << 20,
    max_waiting: Annotated[
        int, typer.Option(min=1, help="Comparisons that may wait at most; more are answered 429.")
    ] = 1024,
    engine: EngineOption = "auto",
) -> None:
    """Answer comparisons over HTTP until interrupted; the address is printed, and shows a playground."""
    try:
        server = import_module("codefavor.serve.server")
        settings = import_module("codefavor.serve.settings").ServeSettings
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "fastapi", "serve") from None
    spec = judge or default_spec(os.environ)
    token = server.read_token(os.environ, host)
    limits = settings(
        orders=orders,
        loopback=server.is_loopback(host),
        max_seconds=max_seconds,
        max_body=max_body,
        max_waiting=max_waiting,
    )
    server.serve(spec, engine, limits, host, port, token, typer.echo)
