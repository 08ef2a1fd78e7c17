"""Keys: which are set, by name. Their values are removed from every message, wherever they appear."""

import re
from collections.abc import Mapping

from codefavor.doctor.check import Check, Diagnosis
from codefavor.llm.providers import PROVIDERS

_OTHERS = ("ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "CODEFAVOR_TOKEN")
"""Keys of providers with a protocol of their own, and of `codefavor serve`."""
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_SHORTEST = 6
"""A value of fewer characters is no secret, and could be part of any word."""
_HIDDEN = "***"


def key_names() -> list[str]:
    """Return the variables that hold keys which codefavor reads."""
    return sorted({*_OTHERS, *(provider.key_env for provider in PROVIDERS.values() if provider.key_env)})


def key_check(environment: Mapping[str, str]) -> Check:
    """Return which keys are set."""
    names = [name for name in key_names() if environment.get(name)]
    if names:
        return Check(part="keys", state="ok", detail=f"set are {', '.join(names)}")
    fix = f"export NAME=..., to use a hosted model: {', '.join(key_names())}"
    return Check(part="keys", state="missing", detail="none is set; only hosted models need one", fix=fix)


def without_secrets(diagnosis: Diagnosis, environment: Mapping[str, str]) -> Diagnosis:
    """Return the diagnosis with every secret of the environment, and every password in an address, replaced by ***."""
    secrets = {value for name, value in environment.items() if _SECRET_NAME.search(name) and len(value) >= _SHORTEST}
    longest_first = sorted(secrets, key=len, reverse=True)

    def cleaned_check(check: Check) -> Check:
        cleaned = {"detail": _hide(check.detail, longest_first), "fix": check.fix and _hide(check.fix, longest_first)}
        return check.model_copy(update=cleaned)

    return diagnosis.model_copy(update={"checks": tuple(map(cleaned_check, diagnosis.checks))})


def _hide(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return _PASSWORD.sub(_HIDDEN, text)
