"""What DeepSpeed is told of this machine, so that it does not speak on standard output. It imports no DeepSpeed."""

import os


def tell_deepspeed() -> None:
    """Say that there is no GPU where there is none, unless something has been said.

    transformers imports DeepSpeed, where it is installed, whenever it writes a model, and DeepSpeed would print that it
    has found none.
    """
    # Imported here: it takes seconds, and what reads this module need not have it.
    import torch

    if not torch.cuda.is_available():
        os.environ.setdefault("DS_ACCELERATOR", "cpu")
