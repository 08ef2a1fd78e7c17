"""Commit-Instruct: a commit becomes a preference pair in one conversation of three turns with a critic.

Paper: section 2.2. The critic reasons about the change, says yes or no to whether it is an improvement, and rephrases
it into an instruction, a criterion, two codes and feedback. Where commits come from, and what is done to the pair
afterwards, is not decided here.
"""

from functools import partial

from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.conversation import Conversation, Evolution
from codefavor.evolve.prompts import commit_instruct as prompt
from codefavor.evolve.prompts.naming import name_codes
from codefavor.evolve.prompts.sections import ReplyError
from codefavor.evolve.prompts.yes_no import read_yes_no
from codefavor.evolve.protocol import Discard
from codefavor.evolve.provenance import provenance_of
from codefavor.languages.diff import unified_diff
from codefavor.languages.language import Language
from codefavor.llm.protocol import ChatModel, GenerationConfig, Message
from codefavor.pairs.criterion import resolve_criterion
from codefavor.pairs.pair import PreferencePair

METHOD = "commit-instruct"


class CommitInstruct:
    """The evolver of commits."""

    name = METHOD

    def __init__(
        self,
        critic: ChatModel,
        config: GenerationConfig,
        language: Language,
        *,
        reason_tokens: int | None = None,
        filter_tokens: int | None = None,
        structured: bool = False,
    ) -> None:
        """Ask `critic` about `language`; `structured` holds its last answer to a JSON schema, where the backend can.

        `reason_tokens` and `filter_tokens` are the most tokens of the first two turns, where they are to be fewer than
        the `max_tokens` of `config`.
        """
        self._critic = critic
        self._language = language
        schema = {"json_schema": prompt.SCHEMA} if structured else {}
        self._reason_config = config.model_copy(update={"max_tokens": reason_tokens or config.max_tokens})
        self._filter_config = config.model_copy(update={"max_tokens": filter_tokens or config.max_tokens})
        self._rephrase_config = config.model_copy(update=schema)

    async def evolve(self, seed: CommitSeed) -> PreferencePair | Discard:
        """Return the pair made from a commit, or why there is none."""
        return (await self.trace(seed)).outcome

    async def trace(self, seed: CommitSeed) -> Evolution:
        """Return what became of a commit, with the conversation.

        Raises:
            ModelError: the critic failed for good.
        """
        role = Message(role="system", content=prompt.system_prompt(self._language))
        conversation = Conversation(self._critic, self._reason_config, (role,))
        outcome = await self._converse(seed, conversation)
        return Evolution(outcome=outcome, transcript=conversation.transcript, calls=conversation.calls)

    async def _converse(self, seed: CommitSeed, conversation: Conversation) -> PreferencePair | Discard:
        discard = partial(Discard, source_id=seed.source_id)
        await conversation.ask(first_prompt(seed, self._language))
        try:
            improves = await conversation.ask_for(
                prompt.ask_filter(), read_yes_no, lambda _: prompt.ask_filter_again(), self._filter_config
            )
        except ReplyError as problem:
            return discard(stage="filter-unclear", reason=str(problem), transcript=conversation.transcript)
        if not improves:
            reason = "the critic sees no clear improvement"
            return discard(stage="filter", reason=reason, transcript=conversation.transcript)
        try:
            rephrasing = await conversation.ask_for(
                prompt.ask_rephrase(self._language),
                prompt.parse_rephrasing,
                partial(prompt.ask_again, self._language),
                self._rephrase_config,
            )
        except ReplyError as problem:
            return discard(stage="rephrase", reason=str(problem), transcript=conversation.transcript)
        if rephrasing.chosen == rephrasing.rejected:
            reason = "the chosen and the rejected code are the same text"
            return discard(stage="rephrase", reason=reason, transcript=conversation.transcript)
        return PreferencePair(
            instruction=rephrasing.instruction,
            criterion=resolve_criterion(rephrasing.criterion),
            chosen=rephrasing.chosen,
            rejected=rephrasing.rejected,
            feedback=name_codes(rephrasing.feedback),
            language=self._language.name,
            provenance=provenance_of(seed, METHOD, self._critic.name),
        )


def first_prompt(seed: CommitSeed, language: Language) -> str:
    """Return what the critic is asked first about a commit."""
    diff = unified_diff(seed.before, seed.after, seed.path, seed.path)
    return prompt.ask_reason(language, seed.message, seed.before, diff)
