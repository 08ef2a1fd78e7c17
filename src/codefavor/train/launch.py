"""How this process was started: alone, or by a launcher (`accelerate launch`, `torchrun`) as one of several. No torch.

Launchers set environment variables; accelerate adds its own for FSDP and DeepSpeed.
"""

from collections.abc import Mapping
from typing import Literal

from codefavor.errors import ConfigError
from codefavor.record import Record

Sharing = Literal["ddp", "fsdp", "deepspeed"]
_OFFLOADS = ("ACCELERATE_DEEPSPEED_OFFLOAD_OPTIMIZER_DEVICE", "ACCELERATE_DEEPSPEED_OFFLOAD_PARAM_DEVICE")


class Launch(Record):
    """The place of this process among those that train one judge."""

    index: int = 0
    """Its number, from 0."""
    count: int = 1
    """How many they are."""
    local_index: int = 0
    """Its number on this machine, which is that of its accelerator."""
    sharing: Sharing = "ddp"
    """ddp: each process holds the whole model; fsdp: each holds a part of every layer; deepspeed: the same by DeepSpeed
    (ZeRO-3)."""
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
    return Launch(
        index=int(environment.get("RANK", "0")),
        count=count,
        local_index=int(environment.get("LOCAL_RANK", "0")),
        sharing=_sharing(environment),
        reshard=environment.get("FSDP_RESHARD_AFTER_FORWARD", "true").lower() in ("true", "full_shard"),
        offload=_is_true(environment, "FSDP_OFFLOAD_PARAMS"),
    )


def _sharing(environment: Mapping[str, str]) -> Sharing:
    if _is_true(environment, "ACCELERATE_USE_DEEPSPEED"):
        _refuse_other_than_zero3(environment)
        return "deepspeed"
    if not _is_true(environment, "ACCELERATE_USE_FSDP"):
        return "ddp"
    if environment.get("FSDP_VERSION", "1") != "2":
        raise ConfigError(
            "FSDP of version 1 is not supported; set fsdp_version: 2, as configs/accelerate/fsdp.yaml does"
        )
    return "fsdp"


def _refuse_other_than_zero3(environment: Mapping[str, str]) -> None:
    if file := environment.get("ACCELERATE_DEEPSPEED_CONFIG_FILE"):
        raise ConfigError(
            f"{file}: a DeepSpeed configuration is not read, since the training configuration sets batches, rates "
            "and clipping; leave deepspeed_config_file out, as configs/accelerate/zero3.yaml does"
        )
    stage = environment.get("ACCELERATE_DEEPSPEED_ZERO_STAGE", "none")
    if stage != "3":
        raise ConfigError(
            f"ZeRO stage {stage} is not supported; set zero_stage: 3, as configs/accelerate/zero3.yaml does, or use "
            "configs/accelerate/ddp.yaml"
        )
    if any(environment.get(name, "none") != "none" for name in _OFFLOADS):
        raise ConfigError(
            "offloading by DeepSpeed is not supported; set offload_optimizer_device and offload_param_device to none, "
            "or use configs/accelerate/fsdp.yaml with fsdp_offload_params: true"
        )


def _is_true(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "false").lower() in ("true", "1")
