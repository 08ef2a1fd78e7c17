"""Answers of a scripted critic and draft model for the loopback server: mostly good, some wrong in every known way.

What it answers depends on the conversation alone, so that every run of the same seeds has the same result.
"""

import hashlib
from functools import cache

from codefavor.evolve.prompts import commit_instruct, critic_evol
from codefavor.evolve.prompts.critic_examples import Critique
from codefavor.languages.language import Language
from codefavor.languages.python.language import PYTHON
from codefavor.languages.registry import BUILT_IN

Messages = list[dict[str, str]]

_FRAMES = {
    "python": ("def {name}(items):", "    {variable} = {start}", "    {term}", "    return {variable}"),
    "javascript": ("function {name}(items) {{", "  let {variable} = {start};", "  {term};", "  return {variable};\n}}"),
    "typescript": (
        "function {name}(items: number[]): number {{",
        "  let {variable} = {start};",
        "  {term};",
        "  return {variable};\n}}",
    ),
    "go": ("func {name}(items []int) int {{", "\t{variable} := {start}", "\t{term}", "\treturn {variable}\n}}"),
}
"""The first lines, a line in the middle, and the end of a function in each language that the critic writes."""

_VERBS = ("parse", "merge", "count", "sort", "scan", "clean", "split", "find", "pack", "read", "map", "rank")


def answer(messages: Messages) -> str:
    """Answer any turn of both evolvers."""
    last = messages[-1]["content"]
    system, first = messages[0]["content"], messages[-1 if len(messages) < 3 else 1]["content"]
    role, language = roles()[system]
    if role == "draft":
        trial = "print('try it')\n" if language.name == "python" else ""
        return f"Here you are:\n```{language.name}\n{_function(_number(last), 'total', language)}\n{trial}```"
    if role == "critic":
        return _critique(messages, language)
    number = _number(first)
    if last.startswith("Here is one commit"):
        return f"The change {number} makes the code clearer."
    if last == commit_instruct.ask_filter():
        return "NO, it is a rename." if number % 12 == 0 else "Perhaps." if number % 12 == 1 else "YES. NOTE the gain."
    if last == commit_instruct.ask_filter_again():
        return "YES" if number % 2 == 0 or number % 5 else "I cannot say."
    return _rephrase(number, language, again=last.startswith("Your answer could not be used"))


@cache
def roles() -> dict[str, tuple[str, Language]]:
    """Return what each system prompt makes of the model, and the language that it is about."""
    return {
        prompt(language): (role, language)
        for language in BUILT_IN
        for role, prompt in (
            ("draft", critic_evol.draft_system),
            ("critic", critic_evol.critic_system),
            ("reviewer", commit_instruct.system_prompt),
        )
    }


def _rephrase(number: int, language: Language, *, again: bool) -> str:
    good = commit_instruct.render_rephrasing(
        commit_instruct.Rephrasing(
            instruction=f"Write a function `{_name(number)}` that adds up {_words(number)}.",
            criterion="It runs faster on long inputs.",
            rejected=_function(number, "total", language),
            chosen=_function(number, "result", language).replace("+ 0", ""),
            feedback="The improved code does less work than the naive code.",
        ),
        language,
    )
    if number % 17 == 0:
        return "I would rather talk about something else."
    if number % 7 == 0 and not again:
        return good.replace("## Chosen code", "## Something")
    return good.replace("## ", "### ") if number % 5 == 0 else good


def _critique(messages: Messages, language: Language) -> str:
    last = messages[-1]["content"]
    number = _number(messages[11]["content"])
    if number % 6 == 0:
        return critic_evol.render_critique(Critique(critique="Fine as it is.", good_enough=True), language)
    if number % 9 == 0 and not last.startswith("Your answer could not be used"):
        return "It could be faster."
    return critic_evol.render_critique(
        Critique(
            critique="The loop does too much.",
            good_enough=False,
            criterion="The code is concise.",
            revised=_function(number, "result", language).replace("+ 0", ""),
            feedback="The revised code says the same in fewer words than the draft.",
        ),
        language,
    )


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def _name(number: int) -> str:
    return f"{_VERBS[number % 12]}_{_words(number).replace(' ', '_')}"


def _words(number: int) -> str:
    return " ".join(_VERBS[(number >> shift) % 12] for shift in (4, 9, 14, 19))


def _function(number: int, variable: str, language: Language) -> str:
    terms = (f"{variable} += items[{(number >> n) % 97}] * {(number >> (n + 3)) % 89} + 0" for n in range(9))
    head, first, middle, last = _FRAMES[language.name]
    lines = [head, first, *(middle.replace("{term}", term) for term in terms), last]
    return "\n".join(lines).format(name=_name(number), variable=variable, start=number)


def agree(messages: Messages) -> str:
    """Answer Commit-Instruct by the number of turns alone, whatever the wording: a reason, a yes, a pair."""
    _, language = roles().get(messages[0]["content"], ("", PYTHON))
    questions = [message["content"] for message in messages if message["role"] == "user"]
    if len(questions) == 1:
        return "The change makes the code clearer."
    return "YES" if len(questions) == 2 else _rephrase(_number(questions[0]) * 17 * 7 + 1, language, again=True)
