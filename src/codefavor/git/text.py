"""Names and contents from git as text. To git both are bytes; what they are as text is decided here alone.

A name that is not UTF-8 is shown with its odd bytes escaped. A content is read as Python reads a file, by its
byte-order mark or its coding comment and else as UTF-8, or it is no text: half-decoded text never reaches a judge.
"""

import io
import re
import tokenize

_ENCODING_OF_MESSAGE = re.compile(rb"^encoding (\S+)$", re.MULTILINE)
_SLOW_OR_NO_TEXT = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape"})
"""Codecs of Python's that are no encodings of files; decoding a long text may take hours."""


def show_name(name: bytes) -> str:
    r"""Return a file's name as text: as UTF-8, a byte that is not written `\xff`."""
    return name.decode("utf-8", "backslashreplace")


def decode_source(content: bytes) -> str | None:
    """Return the text of a source file, without a byte-order mark; None where it is none."""
    if b"\0" in content:
        return None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if encoding.lower().replace("-", "_") in _SLOW_OR_NO_TEXT:
            return None
        text = content.decode(encoding)
        text.encode("utf-8")
    except (SyntaxError, UnicodeError, LookupError):
        return None
    return text


def commit_message(commit: bytes) -> str:
    """Return the message of a commit object, in the encoding that it declares or as UTF-8."""
    header, _, message = commit.partition(b"\n\n")
    declared = _ENCODING_OF_MESSAGE.search(header)
    encoding = declared[1].decode("ascii", "replace") if declared else "utf-8"
    if encoding.lower().replace("-", "_") in _SLOW_OR_NO_TEXT:
        encoding = "utf-8"
    try:
        text = message.decode(encoding, "replace")
        text.encode("utf-8")
    except (UnicodeError, LookupError):
        text = message.decode("utf-8", "replace")
    return text.strip()
