"""A tiny language model with a LoRA adapter, and rows for it: random weights, nothing is downloaded."""

from __future__ import annotations

import random
from pathlib import Path

import torch
from attribution_run import CausalLm, Example, Source
from attribution_run.examples import IGNORED
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

VOCABULARY = 23


def base_model(seed: int = 0) -> LlamaForCausalLM:
    torch.manual_seed(seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=1, max_position_embeddings=32, pad_token_id=0,
        )
    )  # fmt: skip


def adapted(dtype: torch.dtype = torch.float32, **config: object) -> PeftModel:
    """The adapter's B is not zero, as after training, so that every factor has a gradient."""
    lora = LoraConfig(r=3, lora_alpha=6, target_modules=["q_proj", "down_proj"], task_type="CAUSAL_LM", **config)
    model = get_peft_model(base_model(), lora)
    source = torch.Generator().manual_seed(1)
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            parameter.data = 0.3 * torch.randn(parameter.shape, generator=source)
    return model.to(dtype)


def tiny_source(dtype: torch.dtype = torch.float32) -> Source:
    return Source(adapted(dtype), CausalLm(), pad_id=0)


def tiny_rows(count: int, seed: int = 0) -> list[Example]:
    """Rows of different lengths, the first two tokens a prompt."""
    source = random.Random(seed)
    rows = []
    for _ in range(count):
        ids = [source.randrange(1, VOCABULARY) for _ in range(source.randrange(4, 9))]
        rows.append(Example(ids, [IGNORED, IGNORED, *ids[2:]]))
    return rows


def save_tiny(folder: Path) -> None:
    """`base/` and `adapter/`, as save_pretrained leaves them."""
    base_model().save_pretrained(folder / "base")
    adapted().save_pretrained(folder / "adapter")
