"""How this process was started: alone, or by a launcher (`accelerate launch`, `torchrun`) as one of several. No torch.

Launchers speak through environment variables; accelerate adds its own for FSDP and DeepSpeed.
"""

from collections.abc import Mapping
from typing import Literal

from codefavor.errors import ConfigError
from codefavor.record import Record

Sharing = Literal["replicas", "shards"]


class Launch(Record):
    """The place of this process among those that train one judge."""

    index: int = 0
    """Its number, from 0."""
    count: int = 1
    """How many they are."""
    local_index: int = 0
    """Its number on this machine, which is that of its accelerator."""
    sharing: Sharing = "replicas"
    """replicas: each process holds the whole model; shards: each holds a part of every layer (FSDP)."""
    reshard: bool = True
    """Whether shards are put away again between the forward and the backward pass."""
    offload: bool = False
    """Whether shards wait in main memory."""

    @property
    def main(self) -> bool:
        """Whether it is the one that writes and reports."""
        return self.index == 0


def read_launch(environment: Mapping[str, str]) -> Launch:
    """Return what the launcher says of this process.

    Raises:
        ConfigError: the launcher asks for something that training does not do.
    """
    count = int(environment.get("WORLD_SIZE", "1"))
    if count == 1:
        return Launch()
    if _is_true(environment, "ACCELERATE_USE_DEEPSPEED"):
        raise ConfigError(
            "DeepSpeed's engine is not driven by this training loop; configs/accelerate/fsdp.yaml shards weights, "
            "gradients and optimiser states in the same way as ZeRO-3"
        )
    shards = _is_true(environment, "ACCELERATE_USE_FSDP")
    if shards and environment.get("FSDP_VERSION", "1") != "2":
        raise ConfigError(
            "FSDP of version 1 is not supported; set fsdp_version: 2, as configs/accelerate/fsdp.yaml does"
        )
    return Launch(
        index=int(environment.get("RANK", "0")),
        count=count,
        local_index=int(environment.get("LOCAL_RANK", "0")),
        sharing="shards" if shards else "replicas",
        reshard=environment.get("FSDP_RESHARD_AFTER_FORWARD", "true").lower() in ("true", "full_shard"),
        offload=_is_true(environment, "FSDP_OFFLOAD_PARAMS"),
    )


def _is_true(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "false").lower() in ("true", "1")
