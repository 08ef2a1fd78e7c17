"""The MCP server in a process of its own, asked by the SDK's client."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent
from serve_tools import QUESTION

from criterion_doors import INSTRUCTION, MEANS_NO_ASPECT, MEANS_SECURITY, NO_ASPECT, OPEN, SAFE


def ask(judge: str, questions: Callable[[Client], Awaitable[Any]]) -> Any:
    environment = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "codefavor", "mcp", "--judge", judge], env=environment
    )

    async def run() -> Any:
        async with Client(command) as client:
            return await questions(client)

    return asyncio.run(run())


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def test_tools_are_described() -> None:
    async def questions(client: Client) -> dict[str, Any]:
        return {tool.name: tool for tool in (await client.list_tools()).tools}

    tools = ask("shorter", questions)
    assert set(tools) == {"compare", "explain", "rank", "review"}
    for tool in tools.values():
        assert tool.description and tool.output_schema
    assert set(tools["compare"].input_schema["required"]) == {"instruction", "code_a", "code_b"}


def test_compare_and_explain_answer() -> None:
    async def questions(client: Client) -> tuple[CallToolResult, CallToolResult, list[CallToolResult]]:
        compared = await client.call_tool("compare", QUESTION)
        explained = await client.call_tool("explain", QUESTION)
        many = [client.call_tool("compare", {**QUESTION, "code_a": "x = 1", "code_b": "x" * n}) for n in (1, 9, 2)]
        return compared, explained, await asyncio.gather(*many)

    compared, explained, many = ask("evidence", questions)
    assert not compared.is_error and compared.structured_content
    assert compared.structured_content["choice"] == "B"
    assert explained.structured_content and explained.structured_content["decides_for"] == "B"
    assert "add(1, 2) should give 3, and gives -1" in json.dumps(explained.structured_content["lines"])
    assert not any(result.is_error for result in many)


def test_criteria_in_words_are_judged_as_what_they_mean() -> None:
    codes = {"instruction": INSTRUCTION, "code_a": OPEN, "code_b": SAFE}
    ranked = {"instruction": INSTRUCTION, "candidates": [OPEN, SAFE]}

    async def questions(client: Client) -> list[CallToolResult]:
        criteria = [*MEANS_SECURITY, MEANS_NO_ASPECT]
        return [
            *[await client.call_tool("compare", {**codes, "criterion": words}) for words in criteria],
            await client.call_tool("explain", {**codes, "criterion": MEANS_NO_ASPECT}),
            *[await client.call_tool("rank", {**ranked, "criterion": words}) for words in criteria],
            await client.call_tool("compare", {**codes, "language": "Ruby"}),
        ]

    contents = [result.structured_content or {} for result in ask("evidence", questions)]
    compared, explained, rankings, other = contents[:4], contents[4], contents[5:9], contents[9]
    assert [answer["choice"] for answer in compared] == ["B", "B", "B", None]
    assert compared[-1]["why"] == NO_ASPECT and explained["words"] == NO_ASPECT
    assert [answer["winner"] for answer in rankings] == [1, 1, 1, None]
    assert other["choice"] is None and "Ruby is not run yet" in other["why"]


def test_rank_and_review_answer(tmp_path: Path) -> None:
    write_repository(tmp_path)
    candidates = ["def add(a, b):\n    return 3\n", QUESTION["code_b"], QUESTION["code_a"]]

    async def questions(client: Client) -> tuple[CallToolResult, CallToolResult]:
        ranked = await client.call_tool("rank", {"instruction": QUESTION["instruction"], "candidates": candidates})
        asked = {"repository": str(tmp_path), "criteria": ["correctness"]}
        return ranked, await client.call_tool("review", asked)

    ranked, reviewed = ask("grounded", questions)
    assert ranked.structured_content and ranked.structured_content["ranked"][-1]["candidate"] == 2
    assert reviewed.structured_content, text(reviewed)
    (function,) = reviewed.structured_content["functions"]
    assert (function["name"], function["judged"][0]["outcome"]) == ("halve", "worse")


def write_repository(folder: Path) -> None:
    """Write a repository whose last commit spoils a function."""
    documented = 'def halve(n):\n    """Return half of `n`.\n\n    >>> halve(4)\n    2\n    """\n    return n // {}\n'

    def git(*arguments: str) -> None:
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    git("init", "-q")
    for divisor in (2, 3):
        (folder / "numbers.py").write_text(documented.format(divisor), encoding="utf-8")
        git("add", ".")
        git("commit", "-qm", f"divide by {divisor}")


REFUSED = [
    ("compare", {}, "instruction: Field required (and 2 more)"),
    ("compare", {**QUESTION, "code_a": 3}, "code_a: "),
    ("compare", {**QUESTION, "code_a": "x" * 200_001}, "code_a: "),
    ("compare", {**QUESTION, "criterion": ""}, "criterion: "),
    ("compare", {**QUESTION, "language": "klingon"}, "no language is called 'klingon'"),
    ("rank", {"instruction": "", "candidates": ["x"], "language": "klingon"}, "no language is called"),
    ("explain", {**QUESTION, "code_b": None}, "code_b: "),
    ("nothing", {}, "nothing"),
    ("rank", {"instruction": "", "candidates": []}, "candidates: "),
    ("rank", {"instruction": "", "candidates": ["x"] * 65}, "candidates: "),
    ("review", {"repository": "/nowhere"}, "/nowhere"),
    ("review", {"revisions": "no-such..revision", "repository": "."}, "no-such"),
    ("review", {"revisions": "HEAD", "staged": True}, "exclude each other"),
    ("review", {"criteria": []}, "criteria: "),
]


def test_bad_arguments_are_tool_errors_of_one_sentence() -> None:
    async def questions(client: Client) -> list[CallToolResult]:
        return [await client.call_tool(tool, arguments) for tool, arguments, _ in REFUSED] + [
            await client.call_tool("compare", QUESTION)
        ]

    *refused, after = ask("shorter", questions)
    for result, (_, _, words) in zip(refused, REFUSED, strict=True):
        assert result.is_error and words in text(result) and "\n" not in text(result)
    assert not after.is_error


def test_standard_output_carries_the_protocol_only() -> None:
    hostile = (
        "import sys\nprint('out'); print('err', file=sys.stderr)\ndef add(a, b):\n    print(a)\n    return a + b\n"
    )
    opening = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    }
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": opening},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "explain", "arguments": {**QUESTION, "code_a": hostile}},
        },
    ]
    command = [sys.executable, "-m", "codefavor", "mcp", "--judge", "shorter"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    process.stdin.writelines(json.dumps(message) + "\n" for message in messages)
    process.stdin.flush()
    lines = [process.stdout.readline() for _ in range(2)]
    rest, _ = process.communicate(timeout=300)
    assert [json.loads(line)["id"] for line in lines] == [1, 2] and rest == ""
    assert process.returncode == 0


def test_a_judge_that_is_not_there_is_refused() -> None:
    command = [sys.executable, "-m", "codefavor", "mcp", "--judge", "nobody"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert refused.returncode == 2 and refused.stdout == "" and refused.stderr.startswith("error: ")
