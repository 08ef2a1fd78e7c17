"""Words about two candidates, said again with the candidates exchanged: "code A is shorter" is "code B is shorter".

"A" is an English article too, so a letter is exchanged only where the words around it leave no other reading; code in
quotes is left as it is. Pure.
"""

import re

_NOUN = r"code|candidate|solution|version|implementation|program|snippet|option|answer|response|function|side"
_AFTER = (
    r"is|was|has|had|does|did|will|would|can|could|should|may|and|or|than|over|to|as|but|while|because|"
    r"fails|passes|goes|grows|wins|beats|outperforms|runs|works|crashes|loads|raises|handles|returns|uses|lacks|misses"
)
_QUOTE = "'\"`"
_BARE = rf"(?<![\w@.{_QUOTE}])(?<!\w\()"
_SIDE = re.compile(
    # A noun names the letter behind it: "code A", "Candidate B", "code_a".
    rf"(?P<named>\b(?i:{_NOUN})s?[ _-]?)[AB](?![\w{_QUOTE}(=\[]|'(?!s\b))"
    rf"|(?P<tag>\bcode_)[ab]\b"
    # "A" alone is a side before punctuation, at the end, before a word that no article stands before, and beside "B".
    rf"|{_BARE}A(?='s\b|[,;:!?)/]|\.(?!\w)|\s*$|\s+(?:{_AFTER})\b)"
    rf"|(?:(?<=\bB/)|(?<=\bB and )|(?<=\bB or )|(?<=\b[Oo]nly ))A\b"
    rf"|{_BARE}B(?='s\b|(?![\w{_QUOTE}(=\[])(?!\.\w))",
    re.MULTILINE,
)
_OTHER = {"A": "B", "B": "A", "a": "b", "b": "a"}


def exchange_sides(text: str) -> str:
    """Return `text` with the sides that it names exchanged."""
    return _SIDE.sub(_exchanged, text)


def _exchanged(found: re.Match[str]) -> str:
    before = found["named"] or found["tag"] or ""
    return before + _OTHER[found[0].removeprefix(before)]
