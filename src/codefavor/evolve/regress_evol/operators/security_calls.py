"""Operators on calls as they stand in real code: the careless one for the careful one, and the other way round."""

import ast
from collections.abc import Sequence
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, better, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.evolve.regress_evol.template import expression
from codefavor.pairs.criterion import Aspect

_WEAK = ("md5", "sha1")
_STRONG = ("sha256", "sha512", "sha384", "sha3_256", "blake2b")


class HashWeakened(Operator):
    """A strong hash becomes a broken one."""

    name = "hash-weakened"
    aspect = Aspect.SECURITY
    harm = "The rejected code relies on a hash whose collisions can be made."
    visits = (ast.Attribute,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Attribute)
        return worse(node, _other_hash(node, _STRONG, _WEAK, rng))


class HashStrengthened(Operator):
    """Code as found uses a broken hash; the better code a strong one."""

    name = "hash-strengthened"
    aspect = Aspect.SECURITY
    harm = "The rejected code relies on a hash whose collisions can be made."
    visits = (ast.Attribute,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Attribute)
        return better(node, _other_hash(node, _WEAK, _STRONG, rng))


def _other_hash(node: ast.Attribute, known: Sequence[str], others: Sequence[str], rng: Random) -> ast.Attribute | None:
    match node:
        case ast.Attribute(ast.Name("hashlib") as module, name) if name in known:
            return ast.Attribute(module, rng.choice(others))
    return None


class RandomToSecrets(Operator):
    """Code as found draws from a predictable generator; the better code from the system's."""

    name = "random-to-secrets"
    aspect = Aspect.SECURITY
    harm = "The rejected code draws from a generator whose output can be predicted."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(ast.Name("random"), "choice"), [values], []):
                sources = ["secrets.choice(X)", "random.SystemRandom().choice(X)"]
                return better(node, expression(rng.choice(sources), X=values))
            case ast.Call(ast.Attribute(ast.Name("random"), "randint"), [low, high], []):
                source = rng.choice(
                    ["LOW + secrets.randbelow(HIGH - LOW + 1)", "secrets.SystemRandom().randint(LOW, HIGH)"]
                )
                return better(node, expression(source, LOW=low, HIGH=high))
            case ast.Call(ast.Attribute(ast.Name("random"), name), arguments, keywords) if name != "Random":
                system = expression("secrets.SystemRandom()")
                return better(node, ast.Call(ast.Attribute(system, name), arguments, keywords))
        return None


class ProcessThroughShell(Operator):
    """A command given as a list goes through a shell as one string."""

    name = "process-through-shell"
    aspect = Aspect.SECURITY
    harm = "The rejected code hands a command line to a shell, which runs whatever its parts contain."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(ast.Name("subprocess"), _), [command, *rest], keywords):
                if any(keyword.arg == "shell" for keyword in keywords):
                    return None
                joined = expression("' '.join(COMMAND)", COMMAND=command)
                shell = ast.keyword("shell", ast.Constant(True))
                if rng.random() < 0.3:
                    return worse(node, expression("os.system(COMMAND)", COMMAND=joined))
                return worse(node, ast.Call(node.func, [joined, *rest], [*keywords, shell]))
        return None


class ShellToProcess(Operator):
    """Code as found runs a command through a shell; the better code starts the program itself."""

    name = "shell-to-process"
    aspect = Aspect.SECURITY
    harm = "The rejected code hands a command line to a shell, which runs whatever its parts contain."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(ast.Name("os"), "system" | "popen" as name), [command, *_], _):
                run = {
                    "system": "subprocess.run(shlex.split(COMMAND), check=True)",
                    "popen": "subprocess.run(shlex.split(COMMAND), capture_output=True, text=True)",
                }
                return better(node, expression(run[name], COMMAND=command))
            case ast.Call(ast.Attribute(ast.Name("subprocess")), [command, *rest], keywords):
                kept = [keyword for keyword in keywords if keyword.arg != "shell"]
                if len(kept) < len(keywords):
                    split = expression("shlex.split(COMMAND)", COMMAND=command)
                    return better(node, ast.Call(node.func, [split, *rest], kept))
        return None


class EvalRemoved(Operator):
    """Code as found evaluates text; the better code reads a literal."""

    name = "eval-to-literal"
    aspect = Aspect.SECURITY
    harm = "The rejected code executes text as a program."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("eval"), [text, *_], _):
                return better(node, expression("ast.literal_eval(TEXT)", TEXT=text))
            case ast.Call(ast.Name("exec"), [text, *_], _):
                return better(node, expression("ast.literal_eval(TEXT)", TEXT=text))
        return None


class EvalForParsing(Operator):
    """Text is evaluated where it is only to be read as a number or a literal."""

    name = "eval-for-parsing"
    aspect = Aspect.SECURITY
    harm = "The rejected code executes text where it only has to be read."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("int" | "float"), [ast.Name() | ast.Subscript() | ast.Call() as text], []):
                return worse(node, expression("eval(TEXT)", TEXT=text))
            case ast.Call(ast.Attribute(ast.Name("ast"), "literal_eval") | ast.Name("literal_eval"), [text], []):
                return worse(node, expression("eval(TEXT)", TEXT=text))
            case ast.Call(ast.Attribute(ast.Name("json"), "loads"), [text], _):
                return worse(node, expression(rng.choice(["eval(TEXT)", "pickle.loads(TEXT)"]), TEXT=text))
            case ast.Call(ast.Attribute(ast.Name("json"), "load"), [file], _):
                return worse(node, expression(rng.choice(["eval(F.read())", "pickle.load(F)"]), F=file))
            case ast.Call(ast.Name("getattr"), [value, name], []):
                source = "eval('%s.%s' % (OBJECT, NAME))"
                return worse(node, expression(source, OBJECT=value, NAME=name))
        return None


class PickleToJson(Operator):
    """Code as found unpickles; the better code reads JSON."""

    name = "pickle-to-json"
    aspect = Aspect.SECURITY
    harm = "The rejected code unpickles data, which lets the data run code."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(ast.Name("pickle" | "marshal" | "cPickle" | "dill"), name), arguments, _):
                if name in {"load", "loads", "dump", "dumps"}:
                    kept = arguments[:2] if name == "dump" else arguments[:1]
                    return better(node, ast.Call(ast.Attribute(ast.Name("json"), name), kept, []))
        return None


OPERATORS: tuple[Operator, ...] = (
    HashWeakened(),
    HashStrengthened(),
    RandomToSecrets(),
    ProcessThroughShell(),
    ShellToProcess(),
    EvalRemoved(),
    EvalForParsing(),
    PickleToJson(),
)
