"""A chat model run here through transformers: calls that wait are gathered into one padded batch.

Every call keeps its own settings and its own chance inside a batch. It serves small models on one machine; for large
ones run a server and ask it over the OpenAI protocol.
"""

import asyncio
import random
import threading
from queue import Empty, SimpleQueue
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LogitsProcessorList, StoppingCriteriaList

from codefavor.errors import ModelError
from codefavor.llm.protocol import Completion, GenerationConfig, Message, Usage
from codefavor.llm.row_decoding import PendingCall, RowChoice, RowEnds
from codefavor.models.cpu_features import multiplies_bf16
from codefavor.models.embedded import EMBEDDED, resolve_model

_MOST_IN_BATCH = 16


class Local:
    """A transformers model in this process: `smollm2` is the embedded one, anything else a folder or hub id."""

    def __init__(self, model: str) -> None:
        """Load the weights.

        Raises:
            ModelError: they cannot be loaded, or have no chat template.
        """
        self._model_name = model
        source = resolve_model(EMBEDDED if model == "smollm2" else model)
        try:
            self._tokenizer = _load(AutoTokenizer, source, padding_side="left")
            self._model = _load(AutoModelForCausalLM, source, dtype="auto")
        except (OSError, ValueError) as error:
            raise ModelError(f"{self.name}: cannot be loaded: {' '.join(str(error).split())[:300]}") from None
        self._model.eval()
        if not self._tokenizer.chat_template:
            raise ModelError(f"{self.name}: has no chat template, so it cannot hold a conversation")
        if torch.cuda.is_available():
            self._model.to("cuda")
        elif self._model.dtype != torch.bfloat16 or not multiplies_bf16(self._model.device):
            # Whatever else it is stored in would be emulated here.
            self._model.float()
        self._calls: SimpleQueue[PendingCall | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """The model id, `local/model`."""
        return f"local/{self._model_name}"

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the answer to `messages`; see `ChatModel.complete`."""
        if config.json_schema is not None:
            raise ModelError(f"{self.name}: a local model cannot be held to a JSON schema")
        prompt = self._encode(messages)
        if len(prompt) + config.max_tokens > self._model.config.max_position_embeddings:
            raise ModelError(
                f"{self.name}: {len(prompt)} tokens to read and {config.max_tokens} to write do not fit its context of "
                f"{self._model.config.max_position_embeddings}"
            )
        if self._thread is None:
            self._thread = threading.Thread(target=self._work_off, name=self.name, daemon=True)
            self._thread.start()
        answer: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
        self._calls.put(PendingCall(prompt, config, _generator(prompt, config.seed), answer))
        return await answer

    def _encode(self, messages: tuple[Message, ...]) -> list[int]:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        try:
            text = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # noqa: BLE001 a chat template is a program of its own and may raise anything
            raise ModelError(f"{self.name}: its chat template refuses the conversation: {error}") from None
        tokens: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return tokens

    def _work_off(self) -> None:
        while batch := self._next_batch():
            try:
                completions = self._generate(batch)
            except RuntimeError as error:
                # Out of memory and the like: the calls fail by name, the thread lives on for the next ones.
                for call in batch:
                    _tell(call, ModelError(f"{self.name}: failed while writing: {error}"))
                continue
            except Exception as bug:  # noqa: BLE001 nobody sees an error of this thread, so those who wait are told
                for call in batch:
                    _tell(call, bug)
                continue
            for call, completion in zip(batch, completions, strict=True):
                _tell(call, completion)

    def _next_batch(self) -> list[PendingCall]:
        """Wait for a call and return it with what else waits; an empty list when the model is closed."""
        batch: list[PendingCall] = []
        while len(batch) < _MOST_IN_BATCH:
            try:
                call = self._calls.get(block=not batch)
            except Empty:
                break
            if call is None:
                if batch:
                    self._calls.put(None)
                break
            if not call.answer.cancelled():
                batch.append(call)
        return batch

    @torch.inference_mode()
    def _generate(self, batch: list[PendingCall]) -> list[Completion]:
        width = max(len(call.prompt) for call in batch)
        pad = self._pad()
        device = self._model.device
        ids = torch.tensor([[pad] * (width - len(call.prompt)) + call.prompt for call in batch], device=device)
        mask = torch.tensor(
            [[0] * (width - len(call.prompt)) + [1] * len(call.prompt) for call in batch], device=device
        )
        written = self._model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=max(call.config.max_tokens for call in batch),
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            pad_token_id=pad,
            logits_processor=LogitsProcessorList([RowChoice(batch, self._tokenizer)]),
            stopping_criteria=StoppingCriteriaList([RowEnds(batch, self._tokenizer, width)]),
        )[:, width:]
        return [self._completion(call, row) for call, row in zip(batch, written.tolist(), strict=True)]

    def _completion(self, call: PendingCall, row: list[int]) -> Completion:
        ends = self._ends()
        row = row[: call.config.max_tokens]
        length = next((place for place, token in enumerate(row) if token in ends), len(row))
        text = self._tokenizer.decode(row[:length], skip_special_tokens=True)
        stops = [place for stop in call.config.stop if (place := text.find(stop)) >= 0]
        ended = length < len(row) or bool(stops)
        kept = self._tokens_before(row[:length], min(stops)) if stops else length
        return Completion(
            text=text[: min(stops)] if stops else text,
            model=self._model_name,
            finish="stop" if ended else "length",
            usage=Usage(input_tokens=len(call.prompt), output_tokens=length),
            logprobs=tuple(call.logprobs[:kept]) if call.config.top_logprobs is not None else None,
        )

    def _pad(self) -> int:
        pad: int | None = self._tokenizer.pad_token_id
        eos: int = self._tokenizer.eos_token_id
        return eos if pad is None else pad

    def _ends(self) -> set[int]:
        ends = self._model.generation_config.eos_token_id
        return {*(ends if isinstance(ends, list) else [ends]), self._tokenizer.eos_token_id, self._pad()}

    def _tokens_before(self, row: list[int], place: int) -> int:
        """Return how many tokens of `row` are needed for its first `place` characters."""
        for count in range(len(row)):
            if len(self._tokenizer.decode(row[:count], skip_special_tokens=True)) >= place:
                return count
        return len(row)

    async def aclose(self) -> None:
        """End the thread when what waits is answered; the weights stay."""
        if self._thread is not None:
            self._calls.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None


def _load(kind: Any, source: str, **options: Any) -> Any:
    return kind.from_pretrained(source, **options)


def _generator(prompt: list[int], seed: int | None) -> torch.Generator:
    # Without a seed the operating system gives one: the call asked for chance that cannot be repeated.
    own = (
        random.Random(f"{seed}:{prompt}").getrandbits(63) if seed is not None else random.SystemRandom().getrandbits(63)
    )
    return torch.Generator().manual_seed(own)


def _tell(call: PendingCall, result: Completion | Exception) -> None:
    def set_answer() -> None:
        if call.answer.done():
            return
        if isinstance(result, Exception):
            call.answer.set_exception(result)
        else:
            call.answer.set_result(result)

    loop = call.answer.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(set_answer)
