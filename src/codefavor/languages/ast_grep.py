"""Source in languages other than Python, read by the tree-sitter grammars that ast-grep brings inside its wheel.

Trees are walked without recursion, so that nesting has no bound of its own. A tree-sitter parser never fails: what it
could not read stands in the tree as an ERROR node, and what it missed as an empty token.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode, SgRoot

from codefavor.languages.grammar import Grammar
from codefavor.languages.source import CodeFunction, Stripped, Unparsable

_COMMENT_MARKS = re.compile(r"^[ \t]*(?:/\*+!?|\*(?!/)|//[/!]*|#+)[ \t]?|[ \t]*\*+/[ \t]*$", re.MULTILINE)
_BLANKS = re.compile(r"[\s\\]+")
_CONTINUATION = re.compile(r"[ \t]*\\\r?\n")
_PUNCTUATION = re.compile(r"[=(){}\[\];]")
_MACRO_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|(?P<comment>//[^\n]*|/\*.*?\*/)', re.DOTALL)


@dataclass(frozen=True)
class AstGrepSyntax:
    """The source of one language."""

    title: str
    """The language's name in sentences."""
    grammar: Grammar
    """What its grammar calls things."""

    def check(self, code: str) -> Unparsable | None:
        """Return why `code` does not parse, or None where it does."""
        parsed = self._parse(code)
        return parsed if isinstance(parsed, Unparsable) else None

    def is_program(self, text: str) -> bool:
        """Return whether `text` parses and holds punctuation of code; words alone parse as Ruby."""
        return bool(_PUNCTUATION.search(text)) and self.check(text) is None

    def strip_comments(self, code: str) -> Stripped:
        """Return `code` without comments, without blank lines, and without blanks at the ends of lines.

        Indentation and line breaks stay, since some languages read them. The result parses whenever `code` does.
        """
        parsed = self._parse(code)
        tree = self._tree_with_faults(code) if isinstance(parsed, Unparsable) else parsed
        if isinstance(tree, Unparsable):
            return Stripped(code=code, parses=False, kept=tree.reason)
        stripped = "".join(self._stripped(code, tree))
        parses = tree is parsed
        if parses and (again := self.check(stripped)):
            return Stripped(code=code, parses=True, kept=f"cannot be written without comments: {again.reason}")
        # In a tree with faults a comment may be no comment: what is left has to read the same without it.
        if not parses:
            again_tree = SgRoot(stripped, self.grammar.names[0]).root()
            if self._without_blanks(again_tree) != self._without_blanks(tree):
                return Stripped(code=code, parses=False, kept=self._reason())
        return Stripped(code=stripped, parses=parses)

    def functions(self, code: str) -> tuple[CodeFunction, ...] | Unparsable:
        """Return the functions and methods of `code` in order, or why it does not parse.

        Functions inside functions belong to their parent.
        """
        parsed = self._parse(code)
        return parsed if isinstance(parsed, Unparsable) else tuple(self._functions(parsed))

    def identifiers(self, code: str) -> tuple[str, ...] | Unparsable:
        """Return the identifiers of `code` in order, repetitions included, or why it does not parse."""
        parsed = self._parse(code)
        if isinstance(parsed, Unparsable):
            return parsed
        return tuple(node.text() for node in _walk(parsed) if node.kind() in self.grammar.identifiers)

    def _parse(self, code: str) -> SgNode | Unparsable:
        problem = None
        for name in self.grammar.names:
            try:
                root = SgRoot(code, name).root()
            except UnicodeEncodeError:
                return Unparsable(reason="it holds half a character (a lone surrogate)")
            fault = _first_fault(root)
            if fault is None:
                return root
            problem = problem or Unparsable(reason=self._reason(), line=fault.range().start.line + 1)
        assert problem, "a grammar has at least one name"
        return problem

    def _reason(self) -> str:
        macros = ", or holds macros that only a preprocessor can read" if self.grammar.preprocessed else ""
        return f"it is not {self.title}{macros}"

    def _tree_with_faults(self, code: str) -> SgNode | Unparsable:
        """Return the tree of a source that does not parse, where only a preprocessor could tell whether it is right."""
        if self.grammar.preprocessed and _is_text(code):
            return SgRoot(code, self.grammar.names[0]).root()
        return Unparsable(reason=self._reason())

    def _stripped(self, code: str, root: SgNode) -> Iterator[str]:
        """Yield the pieces of the stripped code: tokens, and what is left of the blanks between them."""
        end, blanks, begun = 0, "", False
        for node, text in self._tokens(root):
            start = _find(code, node, text, end)
            blanks += code[end:start]
            end = start + len(text)
            kept = self._kept(node, text)
            if not kept.strip():
                blanks += kept
            else:
                yield _normalised(blanks) if begun else ""
                yield kept
                blanks, begun = "", True
        yield "\n" if "\n" in blanks + code[end:] else ""

    def _without_blanks(self, root: SgNode) -> str:
        """Return what stripping leaves, in one piece: a comment in a macro changes where tokens are cut."""
        return _BLANKS.sub("", "".join(self._kept(node, text) for node, text in self._tokens(root)))

    def _tokens(self, root: SgNode) -> Iterator[tuple[SgNode, str]]:
        """Yield every token and comment with its text; strings are one token each."""
        stack = [root]
        whole = self.grammar.comments | self.grammar.macro_text | self.grammar.verbatim
        while stack:
            node = stack.pop()
            children = [] if node.kind() in whole else node.children()
            if children:
                stack.extend(reversed(children))
            else:
                yield node, node.text()

    def _kept(self, node: SgNode, text: str) -> str:
        """Return what stripping leaves of a token: all of it, or the blanks that a comment amounts to."""
        kind = node.kind()
        if kind in self.grammar.macro_text:
            text = _MACRO_TOKEN.sub(lambda token: " " if token["comment"] else token[0], text)
            return _CONTINUATION.sub(r" \\\n", text).rstrip()
        if kind not in self.grammar.comments or (self.grammar.directive and re.match(self.grammar.directive, text)):
            return text
        return "\n" if "\n" in text else " "

    def _functions(self, root: SgNode) -> Iterator[CodeFunction]:
        stack: list[tuple[SgNode, str | None]] = [(root, None)]
        while stack:
            node, owner = stack.pop()
            kind = node.kind()
            if kind in self.grammar.functions and (name := self._name(node)):
                yield self._describe(node, name, owner)
                continue
            if kind in self.grammar.owners and (named := node.field(self.grammar.owners[kind]) or self._named(node)):
                owner = f"{owner}.{named.text()}" if owner else named.text()
            stack.extend((child, owner) for child in reversed(node.children()))

    def _name(self, function: SgNode) -> str | None:
        if function.kind() in self.grammar.named_by_variable:
            parent = function.parent()
            named = parent.field("name") or parent.field("left") or parent.field("key") if parent else None
            return named.text() if named else None
        node: SgNode | None = function
        while node and (below := _first_field(node, self.grammar.name_fields)):
            node = below
        if node and node is not function:
            return node.text()
        named = self._named(function)
        return named.text() if named else None

    def _named(self, node: SgNode) -> SgNode | None:
        """Return the identifier among the children of `node`: in some grammars the name is no field."""
        return next((child for child in node.children() if child.kind() in self.grammar.identifiers), None)

    def _describe(self, node: SgNode, name: str, owner: str | None) -> CodeFunction:
        outer = node
        while (parent := outer.parent()) and parent.kind() in self.grammar.wrappers:
            outer = parent
        span = outer.range()
        return CodeFunction(
            name=name,
            qualified_name=f"{owner}.{name}" if owner else name,
            documentation=self._documentation(outer),
            source=outer.text(),
            first_line=span.start.line + 1,
            last_line=span.end.line + 1,
        )

    def _documentation(self, node: SgNode) -> str | None:
        """Return what the comments right above a function say."""
        above: list[str] = []
        line = node.range().start.line
        before = node.prev()
        while before and before.kind() in self.grammar.comments and before.range().end.line >= line - 1:
            text = before.text()
            above.insert(0, text.rstrip("\n"))
            line = before.range().start.line
            before = before.prev()
        return _COMMENT_MARKS.sub("", "\n".join(above)).strip() or None


def _is_text(code: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in code)


def _walk(root: SgNode) -> Iterator[SgNode]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children()))


def _first_fault(root: SgNode) -> SgNode | None:
    """Return the first ERROR node, or the first token that was missed and stands as an empty one."""
    for node in _walk(root):
        kind = node.kind()
        if kind == "ERROR" or (kind.strip() and not node.is_named() and node.is_leaf() and not node.text()):
            return node
    return None


def _find(code: str, node: SgNode, text: str, after: int) -> int:
    """Return where a token stands in `code`, none of those before it ending later than `after`.

    ast-grep counts a column from the beginning of its line every time it is asked, which on a line of 100,000
    characters takes minutes for all tokens together. Between two tokens there are blanks, so that looking for the text
    finds the token; where anything else is between, ast-grep is asked.
    """
    start = code.find(text, after)
    if start >= 0 and not code[after:start].strip():
        return start
    found: int = node.range().start.index
    return found


def _first_field(node: SgNode, names: tuple[str, ...]) -> SgNode | None:
    return next((below for name in names if (below := node.field(name))), None)


def _normalised(blanks: str) -> str:
    """Return the blanks between two tokens with one line break at most, and the indentation after it.

    A backslash before the break, as in the macros of C, continues the line and stays.
    """
    if "\n" not in blanks:
        return " " if blanks else ""
    return (" \\\n" if "\\" in blanks else "\n") + blanks.rpartition("\n")[2].replace("\r", "")
