"""Rules on cryptography: weak hashes and ciphers, modes without integrity, short keys, fixed nonces and salts."""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.findings.nodes import argument, is_constant, keyword, text_of
from codefavor.evidence.findings.rule import CallRule, Hit, Module, NodeRule, Rule

WEAK_HASH = Rule("weak-hash", 328, "medium", "MD5 and SHA-1 no longer resist collisions.")
PASSWORD_HASH = Rule("fast-password-hash", 916, "medium", "A password is stored with a hash that is fast to guess.")
FEW_ROUNDS = Rule("few-hash-rounds", 916, "medium", "A key is derived with too few rounds.")
WEAK_CIPHER = Rule("weak-cipher", 327, "high", "The cipher is broken.")
WEAK_MODE = Rule("weak-cipher-mode", 327, "medium", "ECB shows the pattern of what it encrypts.")
SHORT_KEY = Rule("short-key", 326, "high", "The key is too short.")
FIXED_NONCE = Rule("fixed-nonce", 323, "medium", "A nonce or initialisation vector never changes.")
FIXED_SALT = Rule("fixed-salt", 760, "medium", "A salt never changes.")

_WEAK_HASHES = {
    "hashlib.md5",
    "hashlib.sha1",
    "hashlib.md4",
    "cryptography.hazmat.primitives.hashes.MD5",
    "cryptography.hazmat.primitives.hashes.SHA1",
    "hashes.MD5",
    "hashes.SHA1",
}
_WEAK_CIPHERS = re.compile(
    r"(?:.*\.)?(?:DES3?|ARC2|ARC4|Blowfish|CAST|XOR|IDEA)\.new\Z|(?:.*\.)?algorithms\.(?:ARC4|Blowfish|IDEA|CAST5|SEED|TripleDES)\Z"
)
_FAST = re.compile(r"hashlib\.(?:md5|sha1|sha224|sha256|sha384|sha512)\Z")
_PASSWORD = re.compile(r"passw|passwd|pwd", re.IGNORECASE)
_ENOUGH_ROUNDS = 100_000
_ENOUGH_BITS = 2048


def weak_hash(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """MD5 or SHA-1, unless marked as not used for security."""
    chosen = (text_of(argument(call, 0, "name")) or "").lower() if name == "hashlib.new" else ""
    if name in _WEAK_HASHES or chosen in {"md5", "sha1", "md4", "sha-1"}:
        yield Hit(WEAK_HASH, call.lineno, "high", guarded=is_constant(keyword(call, "usedforsecurity"), False))


def password_hash(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A plain hash over something called password."""
    if _FAST.match(name) and call.args and _PASSWORD.search(ast.unparse(call.args[0])):
        yield Hit(PASSWORD_HASH, call.lineno, "medium")


def few_rounds(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """PBKDF2 with fewer rounds than guessing machines of today call for."""
    rounds = argument(call, 3, "iterations") if name.endswith("pbkdf2_hmac") else None
    if name.endswith("PBKDF2HMAC"):
        rounds = keyword(call, "iterations")
    if isinstance(rounds, ast.Constant) and isinstance(rounds.value, int) and rounds.value < _ENOUGH_ROUNDS:
        yield Hit(FEW_ROUNDS, call.lineno, "medium")


def weak_cipher(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A broken cipher, or ECB."""
    if _WEAK_CIPHERS.match(name):
        yield Hit(WEAK_CIPHER, call.lineno, "high")
    if name.endswith("modes.ECB") or any(ast.unparse(item).endswith("MODE_ECB") for item in call.args):
        yield Hit(WEAK_MODE, call.lineno, "high")


def short_key(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """RSA or DSA below 2048 bits."""
    if name.endswith(("RSA.generate", "DSA.generate", "generate_private_key", "rsa.newkeys", "RSAKey.generate")):
        for item in [*call.args, *(word.value for word in call.keywords if word.arg in {"key_size", "bits"})]:
            if isinstance(item, ast.Constant) and isinstance(item.value, int) and 256 <= item.value < _ENOUGH_BITS:
                yield Hit(SHORT_KEY, call.lineno, "high")


def fixed_salt(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A salt written into the program."""
    salt = keyword(call, "salt") or (argument(call, 2, "salt") if name.endswith("pbkdf2_hmac") else None)
    if isinstance(salt, ast.Constant) and isinstance(salt.value, str | bytes):
        yield Hit(FIXED_SALT, call.lineno, "medium")
    if name.endswith("AES.new") and len(call.args) > 2 and isinstance(call.args[2], ast.Constant):
        yield Hit(FIXED_NONCE, call.lineno, "high")


def fixed_nonce(node: ast.AST, module: Module) -> Iterator[Hit]:
    """A variable with a nonce's name that holds a constant."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
        return
    if not isinstance(node.value.value, str | bytes) or not node.value.value:
        return
    for target in node.targets:
        name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
        if re.fullmatch(r"(?i)iv|nonce|\w*(?:initialization_?vector|_iv|_nonce)", name):
            yield Hit(FIXED_NONCE, node.lineno, "medium")
        elif re.fullmatch(r"(?i)salt|\w+_salt", name):
            yield Hit(FIXED_SALT, node.lineno, "medium")
        elif re.search(r"(?i)rng_?seed", name):
            yield Hit(FIXED_NONCE, node.lineno, "low")


CALLS: tuple[CallRule, ...] = (weak_hash, password_hash, few_rounds, weak_cipher, short_key, fixed_salt)
NODES: dict[type[ast.AST], tuple[NodeRule, ...]] = {ast.Assign: (fixed_nonce,)}
