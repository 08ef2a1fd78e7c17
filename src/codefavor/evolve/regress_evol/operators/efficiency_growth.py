"""Operators on lists and text that grow: in one go, or element by element and by copying."""

import ast
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, better, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.evolve.regress_evol.template import statements
from codefavor.pairs.criterion import Aspect


class ComprehensionToCopyingLoop(Operator):
    """A comprehension becomes a loop that copies the list in every round."""

    name = "comprehension-to-copying-loop"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code makes a new list in every round of its loop, which is quadratic."
    visits = (ast.Assign, ast.Return)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Assign([ast.Name(name)], ast.ListComp(element, [generator])):
                tail: list[ast.stmt] = []
            case ast.Return(ast.ListComp(element, [generator])):
                name = snippet.fresh("result", "out", "values")
                tail = [ast.Return(ast.Name(name))]
            case _:
                return None
        step = rng.choice(["NAME = NAME + [ELEMENT]", "NAME += [ELEMENT]", "NAME.append(ELEMENT)"])
        body = statements(step, NAME=name, ELEMENT=element)
        return worse(node, [*statements("NAME = []", NAME=name), _loop(generator, body), *tail])


def _loop(generator: ast.comprehension, body: list[ast.stmt]) -> ast.stmt:
    for condition in reversed(generator.ifs):
        body = [ast.If(condition, body, [])]
    return ast.For(generator.target, generator.iter, body, [], lineno=0)


class LoopToComprehension(Operator):
    """Code as found appends in a loop; the better code is a comprehension."""

    name = "loop-to-comprehension"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code calls append for every element, where the chosen code has a comprehension."
    visits = (ast.For,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.For(target, values, [ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [element]))], []):
                tests: list[ast.expr] = []
            case ast.For(
                target,
                values,
                [ast.If(test, [ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [element]))], [])],
                [],
            ):
                tests = [test]
            case _:
                return None
        stream = ast.GeneratorExp(element, [ast.comprehension(target, values, tests, 0)])
        return better(node, statements("NAME.extend(STREAM)", NAME=name, STREAM=stream)[0])


class JoinToConcatenation(Operator):
    """`join` becomes text that is glued together piece by piece."""

    name = "join-to-concatenation"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code glues text together piece by piece, which copies all of it every time."
    visits = (ast.Return, ast.Assign)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Return(ast.Call(ast.Attribute(ast.Constant(str(glue)), "join"), [pieces], [])):
                name = snippet.fresh("text", "result", "joined")
                tail: list[ast.stmt] = [ast.Return(ast.Name(name))]
            case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(ast.Constant(str(glue)), "join"), [pieces], [])):
                tail = []
            case _:
                return None
        if snippet.uses(name, pieces):
            return None
        body = statements("NAME = NAME + PIECE" if rng.random() < 0.5 else "NAME += PIECE", NAME=name, PIECE="piece")
        generator = ast.comprehension(ast.Name("piece"), pieces, [], 0)
        if isinstance(pieces, ast.GeneratorExp | ast.ListComp) and len(pieces.generators) == 1:
            generator = pieces.generators[0]
            body = statements("NAME = NAME + PIECE", NAME=name, PIECE=pieces.elt)
        if glue:
            separator = statements("if NAME:\n    NAME += GLUE", NAME=name, GLUE=ast.Constant(glue))
            body = [*separator, *body]
        return worse(node, [*statements("NAME = ''", NAME=name), _loop(generator, body), *tail])


OPERATORS: tuple[Operator, ...] = (
    ComprehensionToCopyingLoop(),
    LoopToComprehension(),
    JoinToConcatenation(),
)
