"""Python, read by the exact syntax tree of the running interpreter."""

from codefavor.languages.language import Language
from codefavor.languages.python.syntax import PythonSyntax

PYTHON = Language(
    name="python",
    title="Python",
    aliases=("py", "python3", "python 3", "py3", "cpython", "pyi", "pycon"),
    suffixes=(".py", ".pyw", ".pyi"),
    lexer="python",
    syntax=PythonSyntax(),
    runs=True,
)
