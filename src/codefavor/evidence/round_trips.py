"""Examples that follow from an inverse: an instruction that shows `encode_x` and asks for `decode_x`, which undoes it.

It reads text and runs nothing. A pair of functions that is no pair of inverses does little harm: such an example fails
with both candidates, and is then ignored.
"""

from collections.abc import Iterator

from codefavor.evidence.candidate import is_finished, top_functions
from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.inputs import guess_arguments
from codefavor.languages.python.functions import FunctionNode
from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable

_INVERSES = (
    ("encode", "decode"),
    ("encrypt", "decrypt"),
    ("compress", "decompress"),
    ("serialize", "deserialize"),
    ("escape", "unescape"),
    ("pack", "unpack"),
)
_TEXTS = ("hello", "programming", "abcxyz")
"""Lower-case words: what nearly every code for texts is for."""


def round_trips(instruction: str, entry_point: EntryPoint) -> Iterator[WorkedExample]:
    """Yield calls of `entry` on what its inverse, which the instruction gives, makes of a text."""
    if entry_point.required != 1 or not isinstance(guess_arguments(entry_point)[0], str):
        return
    tree = parse(instruction)
    if isinstance(tree, Unparsable):
        return
    for name, node in top_functions(tree).items():
        if is_finished(node) and _takes_one(node) and _are_inverse(name, entry_point.name):
            for text in _TEXTS:
                yield WorkedExample(f"{entry_point.name}({name}({text!r}))", "equals", repr(text))


def _takes_one(node: FunctionNode) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args]
    return len(arguments) - len(node.args.defaults) == 1


def _are_inverse(one: str, other: str) -> bool:
    return any(_with(one, first, second) == other or _with(one, second, first) == other for first, second in _INVERSES)


def _with(name: str, word: str, instead: str) -> str | None:
    return name.replace(word, instead, 1) if word in name else None
