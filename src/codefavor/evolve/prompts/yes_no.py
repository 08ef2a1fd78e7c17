"""A clear yes or no, read from a model's words. What the question was is not known here."""

import re

from codefavor.evolve.prompts.sections import ReplyError

_FIRST_WORD = re.compile(r"[^\w]*(?:(?:final\s+)?(?:answer|decision|verdict)\b[^\w]*)?(yes|no)\b", re.IGNORECASE)
_LOUD_WORD = re.compile(r"\b(YES|NO)\b")


def read_yes_no(reply: str) -> bool:
    """Return whether a reply says yes.

    The first word counts ("YES. NOTE that ..." is yes); where the reply begins otherwise, its only word written in
    capitals.

    Raises:
        ReplyError: neither is said, or both are.
    """
    first = _FIRST_WORD.match(reply)
    if first:
        return first.group(1).lower() == "yes"
    loud = set(_LOUD_WORD.findall(reply))
    if len(loud) != 1:
        raise ReplyError("the answer has to begin with YES or NO")
    return loud == {"YES"}
