"""Set DeepSpeed's device by its environment variable, so that it prints nothing. It does not import DeepSpeed."""

import os


def set_deepspeed_device() -> None:
    """Set the device to the CPU where there is no GPU, unless it is set already.

    transformers imports DeepSpeed, where it is installed, whenever it writes a model, and DeepSpeed would print that it
    has found none.
    """
    # Imported here: it takes seconds, and what reads this module need not have it.
    import torch

    if not torch.cuda.is_available():
        os.environ.setdefault("DS_ACCELERATOR", "cpu")
