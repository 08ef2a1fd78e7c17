"""The words of a pair: an instruction from what a function says of itself, and a criterion in varied phrasing.

The instruction never names a defect; the criteria are our own words around the three verifiable aspects.
"""

import re
from random import Random

from codefavor.languages.python.functions import Function
from codefavor.pairs.criterion import Aspect, Criterion

MAX_CHARACTERS = 320

_CRITERIA = {
    Aspect.CORRECTNESS: (
        "The better code does what the instruction asks for, runs without errors and has no bugs.",
        "Which code gives the right result for every input, edge cases included?",
        "Correctness: prefer the code that works as described and does not fail.",
        "Judge by functional correctness alone; the preferred code is free of mistakes.",
        "The preferred solution would pass a thorough set of tests for this task.",
        "Choose the code whose behaviour matches the instruction in all cases.",
        "The code should be right: no wrong results, no crashes, nothing missing.",
    ),
    Aspect.EFFICIENCY: (
        "The better code does the same work faster, and where both are as fast, with less memory.",
        "Which code runs faster and wastes less work on large inputs?",
        "Efficiency: prefer the code with the lower running time, then the lower use of memory.",
        "Judge by speed alone; the preferred code needs fewer steps for the same result.",
        "The preferred solution scales better as its input grows.",
        "Choose the code that takes less time and space to do what is asked.",
        "The code should be fast: no needless loops, copies or repeated computation.",
    ),
    Aspect.SECURITY: (
        "The better code resists attacks and keeps to the usual rules of secure programming.",
        "Which code is safer to run on input from people one does not trust?",
        "Security: prefer the code with fewer vulnerabilities.",
        "Judge by security alone; the preferred code gives an attacker less to work with.",
        "The preferred solution would pass a security review.",
        "Choose the code that protects its data, secrets and host better.",
        "The code should be secure: no injection, no weak cryptography, no unsafe defaults.",
    ),
}

_OPENINGS = (
    "Write a Python function `{signature}`. {summary}",
    "Implement `{signature}` in Python. {summary}",
    "{summary} The function is declared as `{signature}`.",
    "Write Python code for this: {summary} Use the signature `{signature}`.",
    "Complete the function `{name}` ({signature}). {summary}",
)


def criterion_in_words(aspect: Aspect, rng: Random) -> Criterion:
    """Return one of the phrasings of an aspect."""
    return Criterion(text=rng.choice(_CRITERIA[aspect]), aspect=aspect)


def describe_task(function: Function, rng: Random) -> str:
    """Return the instruction that the function answers, from its docstring's summary, its name and signature."""
    return rng.choice(_OPENINGS).format(
        name=function.name, signature=_shortened(function.signature), summary=summarize(function)
    )


def summarize(function: Function) -> str:
    """Return the first paragraph of the docstring as one sentence, or the function's name in words."""
    paragraph = (function.docstring or "").strip().partition("\n\n")[0]
    text = re.sub(r"\s+", " ", re.sub(r":[a-z]+:`~?([^`]*)`|``?([^`]*)``?", r"\1\2", paragraph)).strip()
    text = re.split(r">>>|:param |:return|Args:|Parameters ", text)[0].strip()
    if len(text.split()) < 3:
        text = function.name.strip("_").replace("_", " ").capitalize()
    text = _shortened(text)
    return text if text.endswith((".", "?", "!", "...")) else f"{text}."


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS].rpartition(" ")[0] + " ..."
