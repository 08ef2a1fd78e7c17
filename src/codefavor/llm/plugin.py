"""Chat models of other packages, reached by a provider id of their own and held to what a chat model promises."""

from codefavor.llm.protocol import ChatModel, Completion, GenerationConfig, Message
from codefavor.plugins import Plugin


class PluginChatModel:
    """A chat model of another package: what it breaks on, or answers amiss, is an error that names the package."""

    def __init__(self, plugin: Plugin, model: ChatModel) -> None:
        """Ask `model`, which `plugin` made.

        Raises:
            PluginError: its name is not under the plugin's provider id.
        """
        self.name = model.name
        if not str(self.name).startswith(f"{plugin.name}/"):
            raise plugin.fault(f"it calls itself {self.name!r}; a name that begins with '{plugin.name}/' was expected")
        self._plugin = plugin
        self._model = model

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the answer to `messages`.

        Raises:
            PluginError: the model broke, or its answer is no completion.
            ModelError: the model failed in a way it names.
        """
        with self._plugin.blamed():
            completion = await self._model.complete(messages, config)
        if not isinstance(completion, Completion):
            raise self._plugin.fault(f"it answers by a {type(completion).__name__}, not by a completion")
        return completion

    async def aclose(self) -> None:
        """Free what the model holds."""
        await self._model.aclose()


def load_plugin_model(plugin: Plugin, model: str, base_urls: tuple[str, ...]) -> ChatModel:
    """Return the chat model `model` of a provider that another package adds.

    Raises:
        PluginError: the package is broken.
    """
    return PluginChatModel(plugin, plugin.make(model, base_urls, needs=("name", "complete", "aclose")))
