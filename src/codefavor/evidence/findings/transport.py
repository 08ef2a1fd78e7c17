"""Rules on connections: certificates unchecked, old protocols, clear text, every interface, no time limit."""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.findings.nodes import is_constant, keyword, text_of
from codefavor.evidence.findings.rule import CallRule, Hit, Module, NodeRule, Rule

NO_VERIFICATION = Rule("certificate-unchecked", 295, "high", "The other side's certificate or host key is not checked.")
OLD_PROTOCOL = Rule("old-tls", 327, "medium", "The protocol version is broken.")
CLEAR_TEXT = Rule("clear-text", 319, "medium", "Data travels unencrypted.")
ALL_INTERFACES = Rule("all-interfaces", 605, "medium", "The server listens on every interface.")
NO_TIMEOUT = Rule("no-timeout", 400, "low", "A request without a time limit can hang for ever.")

_OLD = re.compile(
    r"(?:.*\.)?(?:PROTOCOL_SSLv2|PROTOCOL_SSLv3|PROTOCOL_SSLv23|PROTOCOL_TLSv1|PROTOCOL_TLSv1_1|SSLv2_METHOD|SSLv3_METHOD|TLSv1_METHOD|TLSVersion\.TLSv1|TLSVersion\.SSLv3)\Z"
)
_REQUESTS = re.compile(r"requests\.(?:get|post|put|delete|head|patch|request|options)\Z")
_CLEAR = re.compile(r"(?:telnetlib\.Telnet|ftplib\.FTP|imaplib\.IMAP4|poplib\.POP3)\Z")
_LOCAL = re.compile(r"http://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|www\.w3\.org|schemas?\.|[\w.]*example)")


def no_verification(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A call that turns certificate or host key checking off."""
    if is_constant(keyword(call, "verify"), False) and not name.endswith("decode"):
        yield Hit(NO_VERIFICATION, call.lineno, "high")
    if any(
        is_constant(keyword(call, word), False)
        for word in ("verify_ssl", "ssl_verify", "check_hostname", "validate_certs", "verify_certs")
    ):
        yield Hit(NO_VERIFICATION, call.lineno, "high")
    if name.endswith(("_create_unverified_context", "AutoAddPolicy", "WarningPolicy")):
        yield Hit(NO_VERIFICATION, call.lineno, "high")
    if name.endswith("ssl.wrap_socket") and keyword(call, "cert_reqs") is None:
        yield Hit(NO_VERIFICATION, call.lineno, "medium")


def clear_text(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A protocol without encryption, or an http address in a request."""
    if _CLEAR.match(name):
        yield Hit(CLEAR_TEXT, call.lineno, "high")
    address = text_of(call.args[0]) if call.args else None
    if (
        address
        and address.startswith("http://")
        and not _LOCAL.match(address)
        and name.startswith(("requests.", "urllib.", "httpx."))
    ):
        yield Hit(CLEAR_TEXT, call.lineno, "low")


def no_timeout(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A request that may wait for ever."""
    if _REQUESTS.match(name) and (keyword(call, "timeout") is None or is_constant(keyword(call, "timeout"), None)):
        if not any(item.arg is None for item in call.keywords):
            yield Hit(NO_TIMEOUT, call.lineno, "low")


def old_protocol(node: ast.AST, module: Module) -> Iterator[Hit]:
    """The name of a broken protocol version, or of unchecked certificates."""
    if isinstance(node, ast.Attribute):
        if _OLD.match(name := module.names.of(node)):
            yield Hit(OLD_PROTOCOL, node.lineno, "high")
        elif name.endswith("ssl.CERT_NONE"):
            yield Hit(NO_VERIFICATION, node.lineno, "high")


def switched_off(node: ast.AST, module: Module) -> Iterator[Hit]:
    """Checking switched off by assignment."""
    if isinstance(node, ast.Assign) and is_constant(node.value, False):
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr in {"check_hostname", "verify", "verify_ssl"}:
                yield Hit(NO_VERIFICATION, node.lineno, "high")


def all_interfaces(node: ast.AST, module: Module) -> Iterator[Hit]:
    """The address that stands for every interface."""
    if isinstance(node, ast.Constant) and node.value in {"0.0.0.0", "::"} and isinstance(node.value, str):
        yield Hit(ALL_INTERFACES, node.lineno, "medium")


CALLS: tuple[CallRule, ...] = (no_verification, clear_text, no_timeout)
NODES: dict[type[ast.AST], tuple[NodeRule, ...]] = {
    ast.Attribute: (old_protocol,),
    ast.Assign: (switched_off,),
    ast.Constant: (all_interfaces,),
}
