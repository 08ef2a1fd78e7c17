"""The value that the taint analysis follows: who controls it, what it is safe for, and whether it was glued together.

A value is not a constant's content: only its origin is known.
"""

from enum import IntEnum, StrEnum
from functools import reduce
from typing import NamedTuple


class Control(IntEnum):
    """Who decides what a value is; the higher the easier for an attacker."""

    CONSTANT = 0
    """The program's text."""
    UNKNOWN = 1
    """Something computed or stored elsewhere."""
    CALLER = 2
    """A parameter of a function."""
    OPERATOR = 3
    """Who started the program: a command line, the environment, the keyboard, a file."""
    OUTSIDE = 4
    """A request, a socket, an answer from the network."""


class Danger(StrEnum):
    """What a value can do where it ends up."""

    CODE = "code"
    COMMAND = "command"
    SQL = "sql"
    HTML = "html"
    TEMPLATE = "template"
    PATH = "path"
    URL = "url"
    REDIRECT = "redirect"
    REGEX = "regex"
    XML = "xml"
    OBJECTS = "objects"
    LOG = "log"
    HEADER = "header"
    LDAP = "ldap"
    XPATH = "xpath"


EVERYTHING = frozenset(Danger)


class Value(NamedTuple):
    """What is known of one value."""

    control: Control
    clean: frozenset[Danger] = frozenset()
    """The dangers it was cleaned or checked for."""
    built: bool = False
    """Whether text was put together from this and other parts."""

    def cleaned(self, dangers: frozenset[Danger]) -> "Value":
        """Return the value after a sanitiser or a check for `dangers`."""
        return self._replace(clean=self.clean | dangers)

    def at_most(self, control: Control) -> "Value":
        """Return the value with its control limited, as after a call that is not known."""
        return self._replace(control=min(self.control, control))

    def as_text(self) -> "Value":
        """Return the value as part of a text put together."""
        return self._replace(built=self.control > Control.CONSTANT or self.built)


CONSTANT = Value(Control.CONSTANT, EVERYTHING)
UNKNOWN = Value(Control.UNKNOWN)
CALLER = Value(Control.CALLER)
OPERATOR = Value(Control.OPERATOR)
OUTSIDE = Value(Control.OUTSIDE)


def merge(*values: Value) -> Value:
    """Return what holds of a value made of, or chosen among, all of these."""
    return reduce(_merge, values, CONSTANT)


def _merge(one: Value, other: Value) -> Value:
    if one.control is Control.CONSTANT:
        return other._replace(built=one.built or other.built)
    if other.control is Control.CONSTANT:
        return one._replace(built=one.built or other.built)
    dirty = max(one, other, key=lambda value: value.control - 10 * (value.clean == EVERYTHING))
    control = dirty.control if dirty.clean != EVERYTHING else max(one.control, other.control)
    return Value(control, one.clean & other.clean, one.built or other.built)
