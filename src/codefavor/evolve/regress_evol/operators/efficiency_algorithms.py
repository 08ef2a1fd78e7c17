"""Operators on the way to the answer: built-ins written out, sorting for one element, memos gone, formulas as loops."""

import ast
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, better, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.evolve.regress_evol.template import altered, expression, statements
from codefavor.pairs.criterion import Aspect


class SortedForExtreme(Operator):
    """Everything is sorted to find the smallest or largest."""

    name = "sorted-for-extreme"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code sorts everything to find one element."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("min" | "max" as which), [values], [] | [ast.keyword("key")] as keywords):
                index = "0" if which == "min" else "-1"
                ordered = ast.Call(ast.Name("sorted"), [values], keywords)
                return worse(node, expression(f"VALUES[{index}]", VALUES=ordered))
            case ast.Call(ast.Name("min" | "max" as which), [first, second], []):
                index = "0" if which == "min" else "-1"
                return worse(node, expression(f"sorted([X, Y])[{index}]", X=first, Y=second))
        return None


class BuiltinWrittenOut(Operator):
    """A built-in that runs in C becomes a loop."""

    name = "builtin-written-out"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code does in a Python loop what a built-in does in C."
    visits = (ast.Assign, ast.Return)
    sources = {
        "sum": "NAME = 0\nfor value in VALUES:\n    NAME = NAME + value",
        "max": "NAME = None\nfor value in VALUES:\n    if NAME is None or value > NAME:\n        NAME = value",
        "min": "NAME = None\nfor value in VALUES:\n    if NAME is None or value < NAME:\n        NAME = value",
        "any": "NAME = False\nfor value in VALUES:\n    if value:\n        NAME = True",
        "all": "NAME = True\nfor value in VALUES:\n    if not value:\n        NAME = False",
        "list": "NAME = []\nfor value in VALUES:\n    NAME.append(value)",
        "set": "NAME = []\nfor value in VALUES:\n    if value not in NAME:\n        NAME.append(value)",
        "len": "NAME = 0\nfor value in VALUES:\n    NAME += 1",
        "reversed": "NAME = []\nfor value in VALUES:\n    NAME.insert(0, value)",
        "dict": "NAME = {}\nfor key, value in VALUES:\n    NAME[key] = value",
        "sorted": "NAME = []\nfor value in VALUES:\n    i = 0\n    while i < len(NAME) and NAME[i] < value:\n"
        "        i += 1\n    NAME.insert(i, value)",
    }

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Assign([ast.Name(name)], ast.Call(ast.Name(builtin), [values], [])):
                tail: list[ast.stmt] = []
            case ast.Return(ast.Call(ast.Name(builtin), [values], [])):
                name = snippet.fresh("result", "total", "answer")
                tail = [ast.Return(ast.Name(name))]
            case _:
                return None
        if builtin not in self.sources or snippet.uses(name, values):
            return None
        return worse(node, [*statements(self.sources[builtin], NAME=name, VALUES=values), *tail])


class ShortCircuitLost(Operator):
    """`any` and `all` look at everything."""

    name = "short-circuit-lost"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code tests every element where the chosen code stops at the first that decides."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("any"), [ast.GeneratorExp(test, generators)], []):
                sources = ["len(HITS) > 0", "bool(HITS)", "HITS != []"]
                kept = _filtered(test, generators)
            case ast.Call(ast.Name("all"), [ast.GeneratorExp(test, generators)], []):
                sources = ["len(HITS) == 0", "not HITS", "HITS == []"]
                kept = _filtered(ast.UnaryOp(ast.Not(), test), generators)
            case ast.Call(ast.Name("next"), [ast.GeneratorExp(element, generators)], []):
                return worse(node, expression("HITS[0]", HITS=ast.ListComp(element, generators)))
            case _:
                return None
        return worse(node, expression(rng.choice(sources), HITS=kept))


def _filtered(test: ast.expr, generators: list[ast.comprehension]) -> ast.ListComp:
    *outer, last = generators
    narrowed = ast.comprehension(last.target, last.iter, [*last.ifs, test], last.is_async)
    return ast.ListComp(ast.Constant(1), [*outer, narrowed])


class MemoRemoved(Operator):
    """The cache of a function is gone."""

    name = "memo-removed"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code computes again what the chosen code remembers."
    visits = (ast.FunctionDef,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.FunctionDef)
        kept = [d for d in node.decorator_list if not _is_cache(d)]
        if len(kept) == len(node.decorator_list):
            return None
        return worse(node, altered(node, decorator_list=kept))


class MemoAdded(Operator):
    """Code as found calls itself again and again; the better code remembers its results."""

    name = "memo-added"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code solves the same sub-problem again and again; the chosen code remembers it."
    visits = (ast.FunctionDef,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.FunctionDef)
        calls = [c for c in ast.walk(node) if isinstance(c, ast.Call) and getattr(c.func, "id", "") == node.name]
        if not calls or node.decorator_list:
            return None
        cache = expression(rng.choice(["lru_cache(maxsize=None)", "functools.lru_cache(maxsize=None)"]))
        return better(node, altered(node, decorator_list=[cache]))


def _is_cache(decorator: ast.expr) -> bool:
    return any(word in ast.unparse(decorator) for word in ("lru_cache", "cache", "memoize", "cached_property"))


class FormulaAsLoop(Operator):
    """A closed formula is worked out step by step."""

    name = "formula-as-loop"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code counts up step by step to what a formula gives at once."
    visits = (ast.BinOp, ast.Call)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.BinOp(ast.Name() as n, ast.Pow(), ast.Constant(2)):
                return worse(node, expression("sum(N for _ in range(N))", N=n))
            case ast.BinOp(ast.Name() as n, ast.Mult(), ast.Name() as m):
                return worse(node, expression("sum([N for _ in range(M)])", N=n, M=m))
            case ast.BinOp(ast.Name() as n, ast.FloorDiv(), ast.Constant(int()) as m):
                return worse(node, expression("len([k for k in range(1, N + 1) if k % M == 0])", N=n, M=m))
            case ast.Call(ast.Name("pow"), [base, exponent, modulus], []):
                return worse(node, expression("B ** E % M", B=base, E=exponent, M=modulus))
            case ast.Call(ast.Attribute(n, "bit_length"), [], []):
                return worse(node, expression("len(bin(N)) - 2", N=n))
            case ast.Call(ast.Attribute(ast.Name("math"), "gcd"), [n, m], []):
                source = "max(k for k in range(1, min(N, M) + 1) if N % k == 0 and M % k == 0)"
                return worse(node, expression(source, N=n, M=m))
        return None


class ChainBySum(Operator):
    """Lists are chained by adding them up."""

    name = "chain-by-sum"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code adds lists up one by one, copying all that came before each time."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(attr="from_iterable"), [lists], []):
                return worse(node, expression("sum(LISTS, [])", LISTS=lists))
            case ast.Call(ast.Attribute(values, "extend"), [more], []) if isinstance(
                parent := snippet.parent(node), ast.Expr
            ):
                source = rng.choice(["VALUES = VALUES + list(MORE)", "for item in MORE:\n    VALUES.append(item)"])
                return worse(parent, statements(source, VALUES=values, MORE=more))
        return None


class PatternRecompiled(Operator):
    """A regular expression, or a chain of replacements, does what a text method does at once."""

    name = "text-method-replaced"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code takes a slow way for what a text method does at once."
    visits = (ast.Call,)
    sources = {
        "startswith": ("re.match(re.escape(ARG), TEXT) is not None", "TEXT[:len(ARG)] == ARG", "TEXT.find(ARG) == 0"),
        "endswith": ("TEXT[-len(ARG):] == ARG", "TEXT[::-1].find(ARG[::-1]) == 0"),
        "count": ("len([c for c in TEXT if c == ARG])", "sum(1 for c in TEXT if c == ARG)", "len(TEXT.split(ARG)) - 1"),
        "split": ("re.split(re.escape(ARG), TEXT)",),
        "join": ("reduce(lambda a, b: a + TEXT + b, ARG)",),
        "update": ("[TEXT.__setitem__(k, ARG[k]) for k in ARG]",),
    }

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(text, name), [ast.Name() | ast.Constant(str()) as argument], []):
                if name in self.sources:
                    return worse(node, expression(rng.choice(self.sources[name]), TEXT=text, ARG=argument))
        return None


class HeapSorted(Operator):
    """A heap or a binary search gives way to sorting or scanning."""

    name = "heap-or-search-replaced"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code sorts or scans everything where a heap or a binary search does."
    visits = (ast.Call,)
    sources = {
        "nsmallest": "sorted(SECOND)[:FIRST]",
        "nlargest": "sorted(SECOND, reverse=True)[:FIRST]",
        "bisect_left": "len([v for v in FIRST if v < SECOND])",
        "bisect_right": "len([v for v in FIRST if v <= SECOND])",
        "bisect": "len([v for v in FIRST if v <= SECOND])",
        "heappush": "FIRST.append(SECOND)",
        "insort": "FIRST.append(SECOND)",
    }

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name(name) | ast.Attribute(attr=name), [first, second], []) if name in self.sources:
                return worse(node, expression(self.sources[name], FIRST=first, SECOND=second))
            case ast.Call(ast.Name("heappop") | ast.Attribute(attr="heappop"), [values], []):
                return worse(node, expression("VALUES.pop(VALUES.index(min(VALUES)))", VALUES=values))
        return None


class CallRepeated(Operator):
    """A call whose result is kept in a variable is made again at every use."""

    name = "call-repeated"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code makes the same call again for every use of its result."
    visits = (ast.Assign,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Assign([ast.Name(name)], ast.Call() as value) if len(snippet.uses(name)) >= 2:
                block, position = snippet.siblings(node)
                after = block[position + 1 :]
                for use in snippet.uses(name, after)[:1]:
                    return worse(use, value) if not isinstance(snippet.parent(use), ast.Attribute) else None
        return None


OPERATORS: tuple[Operator, ...] = (
    SortedForExtreme(),
    BuiltinWrittenOut(),
    ShortCircuitLost(),
    MemoRemoved(),
    MemoAdded(),
    FormulaAsLoop(),
    ChainBySum(),
    PatternRecompiled(),
    HeapSorted(),
    CallRepeated(),
)
