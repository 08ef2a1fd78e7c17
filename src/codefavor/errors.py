"""Every error codefavor raises on purpose, drawn as one tree.

The command line prints the message of a `CodeFavorError` and exits with 2; any other exception is a bug and keeps
its traceback. A message says what is wrong, where, and what to do about it.
"""

from pathlib import Path


class CodeFavorError(Exception):
    """The root of everything raised on purpose."""


class UserError(CodeFavorError):
    """What was asked for cannot be done as asked."""


class ConfigError(UserError):
    """A configuration that is unreadable, incomplete or contradicts itself."""


class MissingExtraError(UserError):
    """An optional dependency is needed that is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; run: pip install 'codefavor[{extra}]'")
        self.package = package
        self.extra = extra


class PluginError(CodeFavorError):
    """A package that adds to codefavor is broken, or does not keep to what it is asked for."""


class DataError(CodeFavorError):
    """Data that is not what it should be: missing, empty, changed or malformed."""


class RecordError(DataError):
    """One malformed record, named by file and line (the first line is 1)."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class ModelError(CodeFavorError):
    """A model could not be loaded, or did not answer."""


class RateLimitError(ModelError):
    """The provider asks for fewer requests; `retry_after` is in seconds when the provider named it."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelTimeoutError(ModelError):
    """The model did not answer in time."""


class ModelUnavailableError(ModelError):
    """The model failed in a way that may pass: a lost connection, a server error, an unreadable answer."""


class BudgetExceeded(ModelError):
    """The money or tokens granted for a run are spent."""


class SandboxError(CodeFavorError):
    """Untrusted code cannot be run safely here, or the sandbox itself failed."""
