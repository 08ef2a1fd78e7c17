"""The kind `chat:`: any chat model as a judge. Its clients are imported when one is loaded."""

from codefavor.judges.chat_config import config_file, read_chat_spec
from codefavor.judges.kind import Files, FilesOf, JudgeKind, Loader
from codefavor.judges.protocol import Judge


def _load(argument: str, loader: Loader) -> Judge | None:
    if not argument:
        return None
    from codefavor.judges.chat import ChatJudge  # with the clients of chat models

    return ChatJudge.load(read_chat_spec(argument))


def _files(argument: str, files_of: FilesOf) -> Files:
    file = config_file(argument)
    return (file,) if file else ()


CHAT = JudgeKind(
    name="chat",
    forms=("chat:PROVIDER/MODEL", "chat:FILE.yaml"),
    description="Any chat model, asked which code is better.",
    load=_load,
    files=_files,
)
