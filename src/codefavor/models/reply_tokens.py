"""What the assistant says as tokens: as they stand after a prompt, how a reply ends, where its verdict stands.

It runs no model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codefavor.errors import ConfigError
from codefavor.models.pretrained import reply_frame
from codefavor.models.reply_format import ReplyFormat

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class ReplyTokens:
    """Replies in the tokens of one model."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, reply_format: ReplyFormat) -> None:
        """Find the tokens of the two verdicts in their place, and the token that ends a turn.

        Raises:
            ConfigError: the tokenizer has no chat template, or a verdict is not one token.
        """
        self._tokenizer = tokenizer
        self._format = reply_format
        self._frame = reply_frame(tokenizer)
        self._before = self._tokens(self._frame.prompt)
        self.verdicts = self._verdict_tokens()
        self.end = self._turn_end()

    def encode(self, reply: str) -> list[int]:
        """Return the tokens of `reply` as they follow a prompt, without the end of the turn.

        They are cut from a prompt with its reply, since some tokenizers write a text otherwise there than alone.

        Raises:
            ConfigError: the tokenizer joins the end of the prompt with the beginning of the reply.
        """
        token_ids = self._tokens(self._frame.prompt + self._frame.lead + reply)
        if token_ids[: len(self._before)] != self._before:
            raise ConfigError("this tokenizer joins the end of the prompt with the reply, so no reply can be learned")
        return token_ids[len(self._before) :]

    def encode_up_to_letter(self, text: str) -> list[int]:
        """Return the tokens of an unfinished reply with its result line begun, up to where the letter stands."""
        return self.encode(self._format.render(text.strip() or None, "A"))[:-1]

    def decode(self, token_ids: list[int]) -> str:
        """Return the text of a reply."""
        text = str(self._tokenizer.decode(token_ids))
        return text.removeprefix(self._frame.lead)

    def is_finished(self, token_ids: list[int]) -> bool:
        """Return whether a whole result line stands in the tokens written so far."""
        return self._format.is_finished(self.decode(token_ids))

    def verdict_place(self, token_ids: list[int]) -> int | None:
        """Return which token of a written reply is the letter of its result line, if there is one."""
        places = (place for place, token in enumerate(token_ids) if token in self.verdicts)
        return next((place for place in places if self._format.awaits_letter(self.decode(token_ids[:place]))), None)

    def _tokens(self, text: str) -> list[int]:
        token_ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return token_ids

    def _verdict_tokens(self) -> tuple[int, int]:
        found = [self.encode(self._format.render("Fine.", side)) for side in ("A", "B")]
        if found[0][:-1] != found[1][:-1] or found[0] == found[1]:
            raise ConfigError('"A" and "B" are not one token each for this tokenizer, so they cannot be the verdict')
        return found[0][-1], found[1][-1]

    def _turn_end(self) -> int:
        """Return the first special token after a reply; where the template has none, a new line ends it."""
        special = set(self._tokenizer.all_special_ids)
        after = (token for token in self._tokens(self._frame.tail) if token in special)
        end = next(after, self._tokenizer.eos_token_id)
        return self._tokens("\n")[-1] if end is None else int(end)
