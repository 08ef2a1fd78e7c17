"""Rules on readers whose options decide whether they run what they read: YAML, models, arrays, XML."""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.findings.nodes import argument, is_constant, keyword
from codefavor.evidence.findings.rule import CallRule, Hit, Module, Rule
from codefavor.evidence.findings.sinks import OBJECTS, XML

ENTITIES_ON = Rule("xml-entities-on", 611, "high", "An XML parser is told to follow entities.")

_SAFE_LOADER = re.compile(r"Safe|BaseLoader")
_XML = re.compile(
    r"(?:xml\.(?:etree\.(?:c?ElementTree)|dom\.(?:minidom|pulldom|expatbuilder)|sax)|lxml\.etree)\.(?:parse|parseString|fromstring|iterparse|XML|XMLParser|make_parser)\Z"
)


def yaml_load(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """`yaml.load` with a loader that builds any object."""
    if name in {"yaml.load", "yaml.load_all"}:
        loader = argument(call, 1, "Loader")
        if loader is None or not _SAFE_LOADER.search(ast.unparse(loader)):
            yield Hit(OBJECTS, call.lineno, "high" if loader is None or "Full" not in ast.unparse(loader) else "low")


def pickled(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """Arrays and models that are pickles inside."""
    if name == "torch.load" and not is_constant(keyword(call, "weights_only"), True):
        yield Hit(OBJECTS, call.lineno, "medium")
    elif name == "np.load" and is_constant(keyword(call, "allow_pickle"), True):
        yield Hit(OBJECTS, call.lineno, "medium")


def xml(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """The standard parsers, which expand entities."""
    if _XML.match(name) and not is_constant(keyword(call, "resolve_entities"), False):
        yield Hit(XML, call.lineno, "low")
    if is_constant(keyword(call, "resolve_entities"), True) or is_constant(keyword(call, "no_network"), False):
        yield Hit(ENTITIES_ON, call.lineno, "high")


CALLS: tuple[CallRule, ...] = (yaml_load, pickled, xml)
