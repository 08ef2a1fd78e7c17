"""Who may vote, and how a browser proves who it is. Sessions are signed with the study's key, not stored."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from codefavor.errors import DataError, RecordError

LONGEST_NAME = 64


def read_annotators(path: Path) -> dict[str, str]:
    """Return the name that each token stands for, from lines of `name token`; a name alone is its own token.

    Raises:
        DataError: the file is missing, unreadable or empty.
        RecordError: a line has too many words, or a name or token stands twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: unreadable: {error}") from None
    names: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) > 2:
            raise RecordError(path, number, "a name and a token were expected")
        name, token = words[0], words[-1]
        if token in names or name in names.values():
            raise RecordError(path, number, "this name or token stands on an earlier line")
        if len(name) > LONGEST_NAME:
            raise RecordError(path, number, f"a name has at most {LONGEST_NAME} characters")
        names[token] = name
    if not names:
        raise DataError(f"{path}: names no annotator")
    return names


class SessionAuth:
    """Lets annotators in: those of a list by their token, or, without a list, anyone who gives a name."""

    def __init__(self, secret: str, annotators: Mapping[str, str] | None) -> None:
        self._secret = secret.encode()
        self._annotators = annotators
        self.asks_for_token = annotators is not None

    def enter(self, word: str) -> str | None:
        """Return the annotator's name for the word that was typed, or None where it opens nothing."""
        word = " ".join(word.split())
        if self._annotators is None:
            return word if is_name(word) else None
        # Every token is compared, so that the time taken tells nothing.
        found = [name for token, name in self._annotators.items() if hmac.compare_digest(token.encode(), word.encode())]
        return found[0] if found else None

    def session(self, name: str) -> str:
        """Return the cookie of a session."""
        return f"{name.encode().hex()}.{self._sign('session', name)}"

    def name_of(self, session: str | None) -> str | None:
        """Return whose session a cookie is, or None where it is nobody's."""
        encoded, _, signature = (session or "").partition(".")
        if not re.fullmatch(r"(?:[0-9a-f]{2})+", encoded):
            return None
        name = bytes.fromhex(encoded).decode("utf-8", "replace")
        if not hmac.compare_digest(signature.encode(), self._sign("session", name).encode()):
            return None
        known = self._annotators is None or name in self._annotators.values()
        return name if known else None

    def form_token(self, name: str) -> str:
        """Return the word that the page of `name` sends with every vote, which no other site can know."""
        return self._sign("form", name)

    def owns(self, name: str, form_token: str) -> bool:
        """Return whether `form_token` is that of `name`'s page."""
        return hmac.compare_digest(form_token.encode(), self.form_token(name).encode())

    def _sign(self, purpose: str, name: str) -> str:
        return hmac.new(self._secret, f"{purpose}:{name}".encode(), hashlib.sha256).hexdigest()


def is_name(word: str) -> bool:
    """Return whether a word may name an annotator: 1 to 64 visible characters."""
    plain = all(unicodedata.category(character)[0] not in "CZ" or character == " " for character in word)
    return 0 < len(word) <= LONGEST_NAME and plain
