"""Words about two candidates with the candidates exchanged: "code A is shorter" becomes "code B is shorter".

"A" is an English article too, and "the first one" names a side by its place. A letter is exchanged only where the words
around it leave no other reading, and code in quotes is left as it is. A text that cannot be exchanged for certain is
kept as it is, in a note that says that its A and B are exchanged: words never contradict a choice. Pure.
"""

import re

_NOUN = (
    r"code|candidate|solution|version|implementation|program|snippet|option|answer|response|function|side|choice|"
    r"approach"
)
_VERB = (
    r"is|was|has|had|does|did|will|would|can|could|should|may|"
    r"fails|passes|goes|grows|wins|beats|outperforms|runs|works|crashes|loads|raises|handles|returns|uses|lacks|misses"
)
_AFTER = rf"{_VERB}|and|or|than|over|to|as|but|while|because"
_BEFORE = (
    r"and|or|nor|neither|both|either|only|than|over|to|as|but|while|whereas|because|since|so|that|if|when|where|unlike|"
    r"like|in|of|for|with|by|at|from|on|against|is|are|was|prefer|prefers|choose|chooses|pick|picks|favou?r|favou?rs|"
    r"makes|gives|lets|beats|outperforms|though|although|however|overall|thus|hence|then|therefore|yet|just|even"
)
_QUOTE = "'\"`"
_BARE = rf"(?<![\w@.{_QUOTE}])(?<!\w\()"
_NOT_CODE = rf"(?![\w{_QUOTE}(=\[]|\.\w)"
_SIDE = re.compile(
    # A noun names the letter behind it: "code A", "Candidate B", "code_a".
    rf"(?P<named>\b(?i:{_NOUN})s?[ _-]?)[AB](?![\w{_QUOTE}(=\[]|'(?!s\b))"
    rf"|(?P<tag>\bcode_)[ab]\b"
    # "A" alone is a side before punctuation, at the end, before a word that no article stands before, and beside "B".
    rf"|{_BARE}A(?='s\b|[,;:!?)/]|\.(?!\w)|\s*$|\s+(?:{_AFTER})\b)"
    rf"|(?:(?<=\bB/)|(?<=\bB and )|(?<=\bB or ))A\b|(?P<joined>\b(?i:{_BEFORE}) )[AB]\b{_NOT_CODE}"
    rf"|{_BARE}B(?='s\b|{_NOT_CODE})",
    re.MULTILINE,
)
_ARTICLE = re.compile(
    # Nouns in the singular, and adjectives that no verb has before it: behind these "A" is no candidate.
    rf"{_BARE}A(?=\s+(?:shell|loop|list|dict|set|tuple|string|number|value|call|case|bug|fault|line|name|variable|"
    r"longer|shorter|faster|slower|simpler|larger|smaller|single|simple|small|large|different|common|minor|major|new)\b)"
)
_LETTER = re.compile(rf"{_BARE}[AB]{_NOT_CODE}")
_UNCERTAIN = re.compile(
    # A letter in quotes that is named or compared, a letter behind a word that may name a part of the code, a small
    # letter, and sides by their place or their number.
    rf"(?i:\b(?:{_NOUN})s?)\s*[\"'`*_(\[]+[AB]\b"
    rf"|[{_QUOTE}][AB][{_QUOTE}]\s+(?:{_VERB})\b"
    rf"|\b(?i:than|over|prefers?|chooses?|picks?)\s+[{_QUOTE}][AB][{_QUOTE}]"
    rf"|\b(?!(?i:(?:{_NOUN})s?|{_BEFORE})\b)[A-Za-z]{{2,}} [AB]\b(?!/){_NOT_CODE}"
    rf"|\b(?i:{_NOUN})s?[ -][ab]\b"
    rf"|\b(?i:first|second|1st|2nd|left|right)\s+(?i:one|{_NOUN})\b"
    rf"|\b(?i:the)\s+(?i:first|second)\b(?=\s*[,.;:]|\s+(?:{_AFTER})\b)"
    rf"|\b(?i:{_NOUN})s?\s*[#_-]?\s*(?:[12]|(?i:one|two))\b"
)
_NOTE = "[A and B are exchanged in this text: "
_NOTED = re.compile(rf"{re.escape(_NOTE)}(?P<text>.*)\]", re.DOTALL)
_OTHER = {"A": "B", "B": "A", "a": "b", "b": "a"}


def exchange_sides(text: str) -> str:
    """Return `text` with the sides that it names exchanged, or in a note where that is not certain.

    Exchanging twice returns `text`.
    """
    noted = _NOTED.fullmatch(text)
    if noted and exchange_sides(noted["text"]) == text:
        return noted["text"]
    exchanged = _SIDE.sub(_exchanged, text)
    is_certain = _is_certain(text) and _is_certain(exchanged) and _SIDE.sub(_exchanged, exchanged) == text
    return exchanged if is_certain else f"{_NOTE}{text}]"


def _exchanged(found: re.Match[str]) -> str:
    before = found["named"] or found["tag"] or found["joined"] or ""
    return before + _OTHER[found[0].removeprefix(before)]


def _is_certain(text: str) -> bool:
    """Return whether every letter that may be a side is one, or an article."""
    if _UNCERTAIN.search(text):
        return False
    sides = {found.end() for found in _SIDE.finditer(text)} | {found.end() for found in _ARTICLE.finditer(text)}
    return all(found.end() in sides for found in _LETTER.finditer(text))
