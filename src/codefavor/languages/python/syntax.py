"""Python source by its exact syntax tree, as `codefavor.languages.language.Syntax` asks for it."""

import ast
import io
import keyword
import tokenize

from codefavor.languages.python.functions import extract_functions
from codefavor.languages.python.parse import parse
from codefavor.languages.python.strip import strip_comments
from codefavor.languages.source import CodeFunction, Stripped, Unparsable


class PythonSyntax:
    """Python of the running interpreter's version."""

    def check(self, code: str) -> Unparsable | None:
        """Return why `code` does not parse, or None where it does."""
        parsed = parse(code)
        return parsed if isinstance(parsed, Unparsable) else None

    def is_program(self, text: str) -> bool:
        """Return whether `text` parses and holds a statement that is no bare expression."""
        tree = parse(text)
        return isinstance(tree, ast.Module) and any(not isinstance(statement, ast.Expr) for statement in tree.body)

    def strip_comments(self, code: str) -> Stripped:
        """Return `code` without comments and docstrings, written anew from its tree."""
        return strip_comments(code)

    def functions(self, code: str) -> tuple[CodeFunction, ...] | Unparsable:
        """Return the functions and methods of `code` in order, or why it does not parse."""
        found = extract_functions(code)
        if isinstance(found, Unparsable):
            return found
        return tuple(
            CodeFunction(
                name=function.name,
                qualified_name=function.qualified_name,
                documentation=function.docstring,
                source=function.source,
                first_line=function.first_line,
                last_line=function.last_line,
            )
            for function in found
        )

    def identifiers(self, code: str) -> tuple[str, ...] | Unparsable:
        """Return the identifiers of `code` in order, repetitions included, or why it does not parse."""
        problem = self.check(code)
        if problem:
            return problem
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
        except (tokenize.TokenError, SyntaxError) as error:
            return Unparsable(reason=str(error))
        return tuple(
            token.string for token in tokens if token.type == tokenize.NAME and not keyword.iskeyword(token.string)
        )
