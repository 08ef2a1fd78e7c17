"""Operators on containers: the wrong one for the work, copies that nobody needs, lists where a stream would do."""

import ast
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, better, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.evolve.regress_evol.template import expression
from codefavor.pairs.criterion import Aspect

_STREAM_READERS = {"sum", "any", "all", "min", "max", "sorted", "set", "frozenset", "dict", "tuple", "list"}


class ListForSet(Operator):
    """Membership is looked up in a list or tuple instead of a set."""

    name = "list-for-set"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code searches a list from its start for every lookup, where the chosen code asks a set."
    visits = (ast.Set, ast.Call, ast.SetComp)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Set(elements):
                return worse(node, rng.choice([ast.List, ast.Tuple])(elements, ast.Load()))
            case ast.Call(ast.Name("set" | "frozenset"), [argument], []):
                return worse(node, expression("list(VALUES)", VALUES=argument))
            case ast.SetComp(element, generators):
                return worse(node, ast.ListComp(element, generators))
        return None


class SetForList(Operator):
    """Code as found looks members up in a literal list; the better code asks a set."""

    name = "set-for-list"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code searches a list for every lookup, where the chosen code asks a set."
    visits = (ast.Compare,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.List(elts) | ast.Tuple(elts) as values]):
                if len(elts) > 2 and all(isinstance(element, ast.Constant) for element in elts):
                    return better(values, ast.Set(elts))
        return None


class CollectedByHand(Operator):
    """A set is collected in a list that is searched before every addition."""

    name = "collected-by-hand"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code searches a growing list before every addition, which is quadratic; a set is not."
    visits = (ast.Expr,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "add"), [_], [])):
                start = [a for a in snippet.nodes(ast.Assign) if _starts_set(a, name)]
                if start:
                    return worse(snippet.tree, _with_list(snippet, name))
        return None


def _starts_set(node: ast.Assign, name: str) -> bool:
    match node:
        case ast.Assign([ast.Name(target)], ast.Call(ast.Name("set"), [], [])):
            return target == name
    return False


def _with_list(snippet: Snippet, name: str) -> ast.Module:
    class ToList(ast.NodeTransformer):
        def visit_Assign(self, node: ast.Assign) -> ast.AST:
            return ast.Assign(node.targets, ast.List([]), lineno=0) if _starts_set(node, name) else node

        def visit_Expr(self, node: ast.Expr) -> ast.AST:
            match node:
                case ast.Expr(ast.Call(ast.Attribute(ast.Name(target), "add"), [element], [])) if target == name:
                    added = expression("NAME.append(ELEMENT)", NAME=name, ELEMENT=element)
                    absent = expression("ELEMENT not in NAME", NAME=name, ELEMENT=element)
                    return ast.If(absent, [ast.Expr(added)], [])
            return node

    return snippet.transformed(ToList())


class NeedlessCopy(Operator):
    """A container is copied before it is read."""

    name = "needless-copy"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code copies a whole container only to read it."
    visits = (ast.For, ast.comprehension, ast.Call)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case (
                ast.For(iter=ast.Name() | ast.Attribute() | ast.Call() as values)
                | ast.comprehension(iter=ast.Name() | ast.Attribute() | ast.Call() as values)
            ):
                source = rng.choice(["list(VALUES)", "[*VALUES]", "tuple(VALUES)", "list(list(VALUES))"])
                return worse(values, expression(source, VALUES=values))
            case ast.Call(ast.Name("len"), [ast.Name() as values], []):
                source = rng.choice(["list(VALUES)", "[item for item in VALUES]", "VALUES[:]"])
                return worse(values, expression(source, VALUES=values))
        return None


class CopyRemoved(Operator):
    """Code as found copies what it only reads; the better code reads it in place."""

    name = "copy-removed"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code makes a list that is read once and thrown away."
    visits = (ast.For, ast.Call)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name(reader), [ast.ListComp(element, generators) as made], []):
                if reader in _STREAM_READERS:
                    return better(made, ast.GeneratorExp(element, generators))
            case ast.For(iter=ast.Call(ast.Attribute(value, "keys"), [], []) as made):
                return better(made, value)
            case ast.For(iter=ast.Call(ast.Name("list"), [ast.Call(ast.Name("range" | "zip" | "map")) as made], [])):
                assert isinstance(node.iter, ast.expr)
                return better(node.iter, made)
        return None


class DeepCopied(Operator):
    """A shallow copy becomes a deep one."""

    name = "deep-copied"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code copies everything to the bottom where a shallow copy does."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        deep = rng.choice(["deepcopy(VALUES)", "copy.deepcopy(VALUES)"])
        match node:
            case ast.Call(ast.Attribute(values, "copy"), [], []) if getattr(values, "id", "") != "copy":
                return worse(node, expression(deep, VALUES=values))
            case ast.Call(ast.Name("list" | "dict" | "set"), [ast.Name() as values], []):
                return worse(node, expression(deep, VALUES=values))
        return None


class StreamCollected(Operator):
    """A generator that could be read as a stream is collected in a list first."""

    name = "stream-collected"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code builds a whole list in memory where the chosen code reads a stream and can stop early."
    visits = (ast.GeneratorExp, ast.Call)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.GeneratorExp(element, generators):
                return worse(node, ast.ListComp(element, generators))
            case ast.Call(ast.Name("map" | "filter" | "zip" | "range" | "enumerate" | "reversed")):
                parent = snippet.parent(node)
                if isinstance(parent, ast.For | ast.comprehension):
                    return worse(node, expression("list(STREAM)", STREAM=node))
        return None


class KeysListed(Operator):
    """A key is looked up in a list of the keys."""

    name = "keys-listed"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code lists all keys and searches them, where a lookup takes constant time."
    visits = (ast.Compare,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Compare(left, [ast.In() | ast.NotIn() as op], [ast.Name() | ast.Attribute() as values]):
                sources = ["list(VALUES)", "[key for key in VALUES]", "list(VALUES.keys())", "sorted(VALUES)"]
                return worse(values, expression(rng.choice(sources), VALUES=values)) if op and left else None
        return None


class MembershipByCount(Operator):
    """Membership is found by counting all occurrences, or by a scan written out."""

    name = "membership-by-count"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code goes through everything where the chosen code stops at the first match."
    visits = (ast.Compare,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Compare(left, [ast.In()], [ast.Name() | ast.Attribute() as values]):
                source = rng.choice(["VALUES.count(ITEM) > 0", "len([x for x in VALUES if x == ITEM]) > 0"])
            case ast.Compare(left, [ast.NotIn()], [ast.Name() | ast.Attribute() as values]):
                source = rng.choice(["VALUES.count(ITEM) == 0", "all([x != ITEM for x in VALUES])"])
            case _:
                return None
        return worse(node, expression(source, VALUES=values, ITEM=left))


class ShiftedList(Operator):
    """Elements are put in or taken at the front of a list, which moves all others."""

    name = "shifted-list"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code moves every element of a list to add or take one at its front."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(values, "popleft"), [], []):
                return worse(node, expression("VALUES.pop(0)", VALUES=values))
            case ast.Call(ast.Attribute(values, "appendleft"), [item], []):
                return worse(node, expression("VALUES.insert(0, ITEM)", VALUES=values, ITEM=item))
            case ast.Call(ast.Attribute(values, "append"), [item], []):
                return worse(node, expression("VALUES.insert(len(VALUES), ITEM)", VALUES=values, ITEM=item))
            case ast.Call(ast.Name("deque"), arguments, []) | ast.Call(ast.Attribute(attr="deque"), arguments, []):
                return worse(node, ast.Call(ast.Name("list"), arguments, []) if arguments else ast.List([]))
        return None


class CountedByScan(Operator):
    """A tally counts every element by a scan of its own."""

    name = "counted-by-scan"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code scans all elements once for every element, which is quadratic."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("Counter") | ast.Attribute(attr="Counter"), [ast.expr() as values], []):
                sources = ["{x: list(VALUES).count(x) for x in VALUES}", "{x: VALUES.count(x) for x in VALUES}"]
                return worse(node, expression(rng.choice(sources), VALUES=values))
        return None


OPERATORS: tuple[Operator, ...] = (
    ListForSet(),
    SetForList(),
    CollectedByHand(),
    NeedlessCopy(),
    CopyRemoved(),
    DeepCopied(),
    StreamCollected(),
    KeysListed(),
    MembershipByCount(),
    ShiftedList(),
    CountedByScan(),
)
