import pytest
import torch

from codefavor.models.cpu_features import adds_bytes_in_32_bits, multiplies_bf16

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("has", "bf16", "wide_sums"),
    [
        ({"avx2"}, False, False),
        ({"avx2", "avx_vnni"}, False, True),
        ({"avx512_f", "avx512_vnni"}, False, True),
        ({"avx512_vnni", "avx512_bf16"}, True, True),
        ({"neon", "dot"}, False, True),
        ({"neon", "dot", "bf16"}, True, True),
    ],
)
def test_what_processors_have(has: set[str], bf16: bool, wide_sums: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {name: name in has for name in ("avx2", "avx512_f", "avx512_vnni", "avx512_bf16", *has)}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found)
    assert multiplies_bf16(CPU) == bf16
    assert adds_bytes_in_32_bits() == wide_sums
    assert multiplies_bf16(torch.device("cuda"))
