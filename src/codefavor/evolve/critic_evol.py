"""Critic-Evol: an instruction becomes a preference pair of a weak model's draft and a strong model's revision.

Paper: section 2.3. The critic may find a draft good enough, and then there is no pair. Where instructions come from,
and what is done to the pair afterwards, is not decided here.
"""

from functools import partial

from codefavor.evolve.conversation import Conversation, Evolution
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.prompts import critic_evol as prompt
from codefavor.evolve.prompts.critic_examples import Critique
from codefavor.evolve.prompts.naming import name_codes, names_a_code
from codefavor.evolve.prompts.sections import ReplyError
from codefavor.evolve.protocol import Discard
from codefavor.evolve.provenance import provenance_of
from codefavor.evolve.requested_code import reduce_to, requested_name
from codefavor.languages.fences import code_of_reply
from codefavor.languages.language import Language
from codefavor.llm.protocol import ChatModel, GenerationConfig, Message
from codefavor.pairs.criterion import resolve_criterion
from codefavor.pairs.pair import PreferencePair

METHOD = "critic-evol"


class CriticEvol:
    """The evolver of instructions."""

    name = METHOD

    def __init__(
        self,
        draft: tuple[ChatModel, GenerationConfig] | None,
        critic: tuple[ChatModel, GenerationConfig],
        language: Language,
        *,
        order_seed: int,
        structured: bool = False,
    ) -> None:
        """Let `draft` write `language` (None when every seed brings its draft) and `critic` reflect.

        `order_seed` draws the order of the critic's examples, anew for every seed; `structured` holds the critic to a
        JSON schema, where its backend can.
        """
        self._draft = draft
        self._language = language
        self._critic, config = critic
        self._critic_config = config.model_copy(update={"json_schema": prompt.SCHEMA}) if structured else config
        self._order_seed = order_seed

    async def evolve(self, seed: InstructionSeed) -> PreferencePair | Discard:
        """Return the pair made from an instruction, or why there is none."""
        return (await self.trace(seed)).outcome

    async def trace(self, seed: InstructionSeed) -> Evolution:
        """Return what became of an instruction, with the conversations.

        Raises:
            ModelError: a model failed for good.
        """
        drafting = await self._write_draft(seed)
        reply = drafting.transcript[-1].content if drafting else seed.draft or ""
        code = code_of_reply(reply, self._language) or ""
        draft = self._reduced(code, seed)
        turns, calls = (drafting.transcript, drafting.calls) if drafting else ((), ())
        flaw = self._flaw_of_draft(draft)
        if flaw:
            outcome = Discard(source_id=seed.source_id, stage="draft", reason=flaw, transcript=turns)
            return Evolution(outcome=outcome, transcript=turns, calls=calls)
        opening = prompt.opening(self._language, f"{self._order_seed}:{seed.source_id}")
        conversation = Conversation(self._critic, self._critic_config, opening)
        result = await self._criticise(seed, draft, conversation)
        transcript = turns + conversation.transcript
        if isinstance(result, Discard):
            result = result.model_copy(update={"transcript": transcript})
        return Evolution(outcome=result, transcript=transcript, calls=calls + conversation.calls)

    def _reduced(self, code: str, seed: InstructionSeed) -> str:
        return reduce_to(code, requested_name(seed.instruction, self._language), self._language).strip()

    def _flaw_of_draft(self, draft: str) -> str | None:
        if not draft:
            return "the draft holds no code"
        problem = self._language.syntax.check(draft)
        return f"the draft does not parse: {problem.reason}" if problem else None

    async def _write_draft(self, seed: InstructionSeed) -> Conversation | None:
        if seed.draft is not None or self._draft is None:
            return None
        conversation = Conversation(
            *self._draft, (Message(role="system", content=prompt.draft_system(self._language)),)
        )
        await conversation.ask(prompt.ask_draft(seed.instruction))
        return conversation

    async def _criticise(
        self, seed: InstructionSeed, draft: str, conversation: Conversation
    ) -> PreferencePair | Discard:
        discard = partial(Discard, source_id=seed.source_id)
        try:
            critique = await conversation.ask_for(
                prompt.ask_critique(self._language, seed.instruction, draft), prompt.parse_critique, prompt.ask_again
            )
        except ReplyError as problem:
            return discard(stage="critique-unreadable", reason=str(problem))
        if critique.good_enough:
            return discard(stage="critique", reason="the critic finds the draft good enough")
        feedback = name_codes(critique.feedback or "")
        if not names_a_code(feedback):
            return discard(stage="revise", reason="the feedback speaks of neither code")
        return self._pair(seed, draft, critique, feedback)

    def _pair(self, seed: InstructionSeed, draft: str, critique: Critique, feedback: str) -> PreferencePair | Discard:
        revised = self._reduced(critique.revised or "", seed)
        if revised == draft:
            return Discard(source_id=seed.source_id, stage="revise", reason="the revision is the draft unchanged")
        return PreferencePair(
            instruction=seed.instruction,
            criterion=resolve_criterion(critique.criterion or ""),
            chosen=revised,
            rejected=draft,
            feedback=feedback,
            language=self._language.name,
            provenance=provenance_of(seed, METHOD, self._critic.name),
        )
