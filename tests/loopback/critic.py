"""Answers of a scripted critic and draft model for the loopback server: mostly good, some wrong in every known way.

What it answers depends on the conversation alone, so that every run of the same seeds has the same result.
"""

import hashlib

from codefavor.evolve.prompts import commit_instruct, critic_evol
from codefavor.evolve.prompts.critic_examples import Critique

Messages = list[dict[str, str]]

_VERBS = ("parse", "merge", "count", "sort", "scan", "clean", "split", "find", "pack", "read", "map", "rank")


def answer(messages: Messages) -> str:
    """Answer any turn of both evolvers."""
    last = messages[-1]["content"]
    system, first = messages[0]["content"], messages[-1 if len(messages) < 3 else 1]["content"]
    if system == critic_evol.DRAFT_SYSTEM:
        return f"Here you are:\n```python\n{_function(_number(last), 'total')}\nprint('try it')\n```"
    if system == critic_evol.CRITIC_SYSTEM:
        return _critique(messages)
    number = _number(first)
    if last.startswith("Here is one commit"):
        return f"The change {number} makes the code clearer."
    if last == commit_instruct.ask_filter():
        return "NO, it is a rename." if number % 12 == 0 else "Perhaps." if number % 12 == 1 else "YES. NOTE the gain."
    if last == commit_instruct.ask_filter_again():
        return "YES" if number % 2 == 0 or number % 5 else "I cannot say."
    return _rephrase(number, mended=last.startswith("Your answer could not be used"))


def _rephrase(number: int, *, mended: bool) -> str:
    good = commit_instruct.render_rephrasing(
        commit_instruct.Rephrasing(
            instruction=f"Write a function `{_name(number)}` that adds up {_words(number)}.",
            criterion="It runs faster on long inputs.",
            rejected=_function(number, "total"),
            chosen=_function(number, "result").replace("+ 0", ""),
            feedback="The improved code does less work than the naive code.",
        )
    )
    if number % 17 == 0:
        return "I would rather talk about something else."
    if number % 7 == 0 and not mended:
        return good.replace("## Chosen code", "## Something")
    return good.replace("## ", "### ") if number % 5 == 0 else good


def _critique(messages: Messages) -> str:
    last = messages[-1]["content"]
    number = _number(messages[11]["content"])
    if number % 6 == 0:
        return critic_evol.render_critique(Critique(critique="Fine as it is.", good_enough=True))
    if number % 9 == 0 and not last.startswith("Your answer could not be used"):
        return "It could be faster."
    return critic_evol.render_critique(
        Critique(
            critique="The loop does too much.",
            good_enough=False,
            criterion="The code is concise.",
            revised=_function(number, "result").replace("+ 0", ""),
            feedback="The revised code says the same in fewer words than the draft.",
        )
    )


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def _name(number: int) -> str:
    return f"{_VERBS[number % 12]}_{_words(number).replace(' ', '_')}"


def _words(number: int) -> str:
    return " ".join(_VERBS[(number >> shift) % 12] for shift in (4, 9, 14, 19))


def _function(number: int, variable: str) -> str:
    terms = "\n".join(
        f"    {variable} += items[{(number >> n) % 97}] * {(number >> (n + 3)) % 89} + 0" for n in range(9)
    )
    return f"def {_name(number)}(items):\n    {variable} = {number}\n{terms}\n    return {variable}"


def agree(messages: Messages) -> str:
    """Answer Commit-Instruct by the number of turns alone, whatever the wording: a reason, a yes, a pair."""
    asked = [message["content"] for message in messages if message["role"] == "user"]
    if len(asked) == 1:
        return "The change makes the code clearer."
    return "YES" if len(asked) == 2 else _rephrase(_number(asked[0]) * 17 * 7 + 1, mended=True)
