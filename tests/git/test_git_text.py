"""Bytes from git become text, or are said to be none."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.git.text import commit_message, decode_source, show_name


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("x = 'é'\n".encode(), "x = 'é'\n"),
        (codecs.BOM_UTF8 + "x = 'é'\n".encode(), "x = 'é'\n"),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        ("#!/bin/python\n# vim: set fileencoding=cp1251 :\nx = 'я'\n".encode("cp1251"), None),
        ("x = 'é'\n".encode("latin-1"), None),
        (b"# coding: nonsense\nx = 1\n", None),
        (b"# coding: rot13\nk = 1\n", None),
        (b"# coding: unicode_escape\nx = '\\ud800'\n", None),
        (b"# coding: punycode\nx = 1\n", None),
        (b"# coding: IDNA\nx = 1\n", None),
        (b"# coding: utf-7\nx = '+2AA-'\n", None),
        (codecs.BOM_UTF8 + b"# coding: latin-1\nx = 1\n", None),
        ("x = 1\n".encode("utf-16"), None),
        (b"x = 1\0\n", None),
        (b"x = '\xed\xa0\x80'\n", None),
        (b"x = 1\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
    ],
)
def test_a_source_is_read_as_python_reads_it_or_not_at_all(content: bytes, text: str | None) -> None:
    if b"cp1251" in content:
        text = content.decode("cp1251")
    assert decode_source(content) == text


@given(st.binary(max_size=200))
def test_whatever_the_bytes_text_can_be_written(content: bytes) -> None:
    text = decode_source(content)
    assert text is None or text.encode("utf-8") is not None
    assert commit_message(content).encode("utf-8") is not None
    assert show_name(content).encode("utf-8") is not None


def test_a_name_that_is_not_utf8_is_told_from_others() -> None:
    assert show_name("größe.py".encode()) == "größe.py"
    assert show_name(b"b\xff.py") == "b\\xff.py"
    assert show_name(b"b\xff.py") != show_name(b"b\xfe.py")


@pytest.mark.parametrize(
    ("commit", "message"),
    [
        ("tree 1\n\nfix the naïve sum\n\nmore\n".encode(), "fix the naïve sum\n\nmore"),
        (b"tree 1\nencoding ISO-8859-1\n\nna\xefve\n", "naïve"),
        (b"tree 1\nencoding nonsense\n\nna\xefve\n", "na\ufffdve"),
        (b"tree 1\n\nencoding ISO-8859-1\n\nna\xc3\xafve\n", "encoding ISO-8859-1\n\nnaïve"),
        (b"tree 1\nencoding punycode\n\nplain\n", "plain"),
    ],
)
def test_a_message_is_read_in_the_encoding_that_it_declares(commit: bytes, message: str) -> None:
    assert commit_message(commit) == message
