"""Words about two candidates with the candidates exchanged: "code A is shorter" becomes "code B is shorter".

Only sides that are named beyond doubt are exchanged: "A" is an English article too, and "the first one" names a side by
its place. A text that may name a side in another way is kept as it is, in a note that says that its A and B are
exchanged, so that words never contradict a choice. Pure.
"""

import re

_NOUN = "code|candidate|solution|version|implementation|program|snippet|answer|side"
_NAMED = re.compile(rf"(?P<before>\b(?i:{_NOUN})(?: (?=[AB])|_)|\(for (?=[AB]))(?P<side>[ABab])\b(?![(=\[])")
_MAY_NAME = re.compile(
    rf"\b[AB]\b|(?i:\b(?:first|second|1st|2nd|left|right)\b|\b(?:{_NOUN})s?[ #_-]?(?:[ab12]|one|two)\b)"
)
_OTHER = str.maketrans("ABab", "BAba")
_NOTE = "[A and B are exchanged in this text: "
_NOTED = re.compile(rf"{re.escape(_NOTE)}(?P<text>.*)\]", re.DOTALL)


def exchange_sides(text: str) -> str:
    """Return `text` with the sides that it names exchanged, or in a note where that is not certain.

    Exchanging twice returns `text`.
    """
    noted = _NOTED.fullmatch(text)
    if noted and not _is_certain(noted["text"]):
        return noted["text"]
    return _NAMED.sub(_exchanged, text) if _is_certain(text) else f"{_NOTE}{text}]"


def _exchanged(found: re.Match[str]) -> str:
    return found["before"] + found["side"].translate(_OTHER)


def _is_certain(text: str) -> bool:
    """Return whether nothing in `text` may name a side but what names one beyond doubt."""
    return not _MAY_NAME.search(_NAMED.sub("", text))
