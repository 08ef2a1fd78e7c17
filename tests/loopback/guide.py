"""What a chat model answers to the commands that the documentation shows; for a server in its own process."""

import re
from collections import Counter

from codefavor.judges.chat_format import render_answer
from loopback import critic
from loopback.dialects import Messages

_ASKED: Counter[str] = Counter()
"""How often each function was asked for: every second answer is wrong."""


def answer(messages: Messages) -> str:
    """Answer as a judge, a sampler, or whatever the evolvers ask for."""
    last = messages[-1]["content"]
    if "Compare them." in last:
        return render_answer("The first does less work.", "A")
    if found := re.search(r"Multiply x by (\d), as (\w+)\(x\)", last):
        _ASKED[found[2]] += 1
        return f"```python\ndef {found[2]}(x):\n    return {found[1]} {'*+'[_ASKED[found[2]] % 2]} x\n```"
    if critic.roles().get(messages[0]["content"], ("",))[0] in {"draft", "critic"}:
        return critic.answer(messages)
    return critic.agree(messages)
