"""What the commands of `codefavor bench` share: their options, and the command line for manifests."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from codefavor.cli.options import judge_specs
from codefavor.judges.registry import KNOWN_SPECS
from codefavor.pairs.presentation import CommentPolicy

JudgeSpecOption = Annotated[
    str, typer.Option("--judge", help=f"The judge: {', '.join(KNOWN_SPECS)}.", autocompletion=judge_specs)
]
DataOption = Annotated[
    Path,
    typer.Option(
        envvar="CODEFAVOR_BENCH", help="A benchmark's folder, one of your own, or a file of preference pairs."
    ),
]
KeepCommentsOption = Annotated[bool, typer.Option("--keep-comments", help="Do not strip comments.")]


def comment_policy(keep_comments: bool) -> CommentPolicy:
    """Return what `--keep-comments` says of comments."""
    return "kept" if keep_comments else "stripped"


def command_line() -> str:
    """Return the command as it was typed, for manifests."""
    return shlex.join(["codefavor", *sys.argv[1:]])
