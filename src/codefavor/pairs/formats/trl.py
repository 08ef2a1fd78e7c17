"""TRL's preference format: `prompt`, `chosen`, `rejected`, as plain text or as chat messages.

The prompt is the instruction alone and the completions are the codes as they are, so that DPO and reward trainers learn
to prefer code rather than to read criteria. Criterion, feedback, language and provenance have no place in the format.
Of foreign conversations a system message joins the instruction; those of several turns are refused, since an
instruction is one text. A prompt left implicit (shared opening messages of both sides) is found.
"""

from itertools import takewhile
from typing import Any

from codefavor.pairs.formats.protocol import ColumnType, Row, RowDefaults, problem_id, provenance_fields, text
from codefavor.pairs.pair import PreferencePair


class TrlPreference:
    """Rows of plain text."""

    name = "trl"
    complete = False
    columns: dict[str, ColumnType] = {"prompt": "text", "chosen": "text", "rejected": "text"}

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the fields; rows with one prompt share a group."""
        return _fields(self.name, text(row, "prompt"), text(row, "chosen"), text(row, "rejected"), defaults)

    def row(self, pair: PreferencePair) -> Row:
        """Return instruction and codes."""
        return {"prompt": pair.instruction, "chosen": pair.chosen, "rejected": pair.rejected}


class TrlConversational:
    """Rows of chat messages: one of the user, one of the assistant on each side."""

    name = "trl-chat"
    complete = False
    columns: dict[str, ColumnType] = {"prompt": "messages", "chosen": "messages", "rejected": "messages"}

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the fields; rows with one prompt share a group."""
        chosen, rejected = _messages(row, "chosen"), _messages(row, "rejected")
        if row.get("prompt") is None:
            shared = [
                left for left, right in takewhile(lambda two: two[0] == two[1], zip(chosen, rejected, strict=False))
            ]
            prompt, chosen, rejected = shared, chosen[len(shared) :], rejected[len(shared) :]
        else:
            prompt = _messages(row, "prompt")
        return _fields(
            self.name, _instruction(prompt), _reply("chosen", chosen), _reply("rejected", rejected), defaults
        )

    def row(self, pair: PreferencePair) -> Row:
        """Return instruction and codes as messages."""
        return {
            "prompt": [{"role": "user", "content": pair.instruction}],
            "chosen": [{"role": "assistant", "content": pair.chosen}],
            "rejected": [{"role": "assistant", "content": pair.rejected}],
        }


def _fields(name: str, instruction: str, chosen: str, rejected: str, defaults: RowDefaults) -> Row:
    return {
        "instruction": instruction,
        "criterion": defaults.criterion.model_dump(mode="json"),
        "chosen": chosen,
        "rejected": rejected,
        "language": defaults.language,
        "provenance": provenance_fields(name, defaults, problem_id(instruction)),
    }


def _messages(row: Row, column: str) -> list[tuple[str, str]]:
    messages: Any = row.get(column)
    if not isinstance(messages, list):
        raise ValueError(f"{column}: a list of messages was expected")
    read = []
    for message in messages:
        if not isinstance(message, dict):
            raise ValueError(f"{column}: a message with role and content was expected")
        read.append((text(message, "role"), text(message, "content")))
    return read


def _instruction(messages: list[tuple[str, str]]) -> str:
    roles = [role for role, _ in messages]
    if roles not in (["user"], ["system", "user"]):
        raise ValueError("prompt: one user message was expected, with at most a system message before it")
    return "\n\n".join(content for _, content in messages)


def _reply(column: str, messages: list[tuple[str, str]]) -> str:
    if [role for role, _ in messages] != ["assistant"]:
        raise ValueError(f"{column}: one assistant message was expected")
    return messages[0][1]
