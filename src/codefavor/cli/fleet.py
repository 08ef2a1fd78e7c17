"""The options that say on which machines judging is done."""

from typing import Annotated, Literal

import typer

Backend = Literal["local", "ray"]
BackendOption = Annotated[Backend, typer.Option(help="Judge here, or on a Ray cluster.")]
WorkersOption = Annotated[int, typer.Option(min=1, help="With Ray: how many shards are worked on at a time.")]
AddressOption = Annotated[str | None, typer.Option(help="The address of a running Ray cluster; else one is started.")]
