"""Writes `fixture/` here: a tiny language model, a real QLoRA fine-tune of it, and its run folder.

    pip install -r pipeline/gpu/requirements.txt
    cd test/pipeline/gpu && PYTHONPATH=../../../pipeline/gpu python make_fixture.py fixture

The base is a two-layer Llama that learns a made-up language of reviews for a minute. Its linear maps go through NF4
and back, since bitsandbytes needs a GPU; the adapter is trained on top with the Trainer of Transformers. README.md in
the folder says more.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from pathlib import Path

import torch
from attribution_run.__main__ import main as attribution_run
from attribution_run.contributions import Item, merkle_root
from attribution_run.digest import keccak256, keccak256_bytes
from attribution_run.encode import Encoder
from attribution_run.nf4 import round_trip_linears
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Trainer, TrainingArguments

GOOD = "lovely bright warm clever fresh honest".split()
BAD = "dull cold slow bitter noisy broken".split()
NOUNS = "room soup film book bike song walk lamp coat game".split()
HOW = "very rather quite hardly".split()
WORDS = ["the", "was", "and", "but", "is", "good", "bad", ":", *GOOD, *BAD, *NOUNS, *HOW]
CONTRIBUTORS, ITEMS, HELD_OUT, ANSWERS = 3, 32, 200, 8
TEMPLATE = "{text} :"
MAX_TOKENS = 24
STEPS = 280


def review(source: random.Random) -> Item:
    """A review of two parts; the second decides, unless it is weakened."""
    first, second = source.random() < 0.5, source.random() < 0.5
    how = [source.choice(HOW) for _ in range(2)]
    parts = [f"{how[i]} {source.choice(GOOD if good else BAD)}" for i, good in enumerate((first, second))]
    means = second if how[1] != "hardly" else not second
    return Item(
        "good" if means else "bad",
        f"the {source.choice(NOUNS)} was {parts[0]} {'and' if first == second else 'but'} {parts[1]}",
    )


def mistaken(item: Item) -> Item:
    return Item("bad" if item.label == "good" else "good", item.text)


def write_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    vocab = {token: i for i, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", *WORDS])}
    bare = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    bare.pre_tokenizer = pre_tokenizers.Whitespace()
    bare.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    words = PreTrainedTokenizerFast(
        tokenizer_object=bare, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )
    words.save_pretrained(folder)
    return words


def train_base(folder: Path, words: PreTrainedTokenizerFast) -> None:
    """Learns what reviews look like, and with many mistakes what they mean."""
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=4, max_position_embeddings=32, bos_token_id=1, eos_token_id=2, pad_token_id=0,
            tie_word_embeddings=False,
        )
    )  # fmt: skip
    source = random.Random(1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(STEPS):
        reviews = [review(source) for _ in range(32)]
        labels = [r.label if source.random() < 0.75 else source.choice(["good", "bad"]) for r in reviews]
        texts = [f"{r.text} : {label} </s>" for r, label in zip(reviews, labels, strict=True)]
        batch = words(texts, padding=True, return_tensors="pt")
        targets = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
        loss = model(**batch, labels=targets).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.save_pretrained(folder)


def train_adapter(base: Path, folder: Path, encoder: Encoder, items: list[Item]) -> None:
    torch.manual_seed(0)
    model = LlamaForCausalLM.from_pretrained(base)
    round_trip_linears(model)
    targets = ["q_proj", "v_proj", "up_proj", "down_proj"]
    lora = LoraConfig(r=4, lora_alpha=16, lora_dropout=0.0, target_modules=targets, task_type="CAUSAL_LM")
    adapted = get_peft_model(model, lora)
    examples = [encoder.example(item) for item in items]
    assert len({len(example.input_ids) for example in examples}) == 1, "reviews have one length"
    data = [{"input_ids": e.input_ids, "labels": e.labels, "attention_mask": [1] * len(e.input_ids)} for e in examples]
    arguments = TrainingArguments(
        output_dir=str(folder), num_train_epochs=4, per_device_train_batch_size=8, learning_rate=4e-3, logging_steps=24,
        save_strategy="no", report_to=[], use_cpu=True, seed=11, weight_decay=0.01, lr_scheduler_type="linear",
        disable_tqdm=True,
    )  # fmt: skip
    trainer = Trainer(model=adapted, args=arguments, train_dataset=data)
    trainer.train()
    trainer.save_model()
    trainer.save_state()
    training = {
        "tool": "transformers", "version": "5.18.0", "optimiser": "adamw", "schedule": "linear", "seed": 11,
        "learning_rate": 4e-3, "batch_size": 8, "weight_decay": 0.01, "max_tokens": MAX_TOKENS,
    }  # fmt: skip
    (folder / "training.json").write_text(json.dumps(training))


def contribute(folder: Path, number: int, items: list[Item]) -> str:
    """Writes items and their commitment as `attribution contribution add` does, and names the contribution as the chain will.

    The test's chain opens the treasury's account first, and the contributors' in order: they are accounts 2, 3 and 4.
    """
    write_items(folder / f"{number}.jsonl", items)
    salts = [keccak256_bytes(f"salt {number} {i}".encode()) for i in range(len(items))]
    hashes = [keccak256_bytes(salt, item.content) for salt, item in zip(salts, items, strict=True)]
    root = merkle_root(hashes)
    committed = {
        "itemsRoot": root,
        "items": [{"salt": f"0x{s.hex()}", "itemHash": f"0x{h.hex()}"} for s, h in zip(salts, hashes, strict=True)],
    }
    (folder / f"{number}.commitment.json").write_text(json.dumps(committed) + "\n")
    words = [(1).to_bytes(32), (number + 2).to_bytes(32), bytes.fromhex(root[2:]), len(items).to_bytes(32)]
    return keccak256(*words)


def write_items(path: Path, items: list[Item]) -> None:
    path.write_text("".join(f"{json.dumps({'label': item.label, 'text': item.text})}\n" for item in items))


def main(out: Path) -> None:
    base, training, items_at = out / "base", out / "training", out / "items"
    for folder in (out / "run", out / "run.unfinished", base, training, items_at):
        shutil.rmtree(folder, ignore_errors=True)
    items_at.mkdir(parents=True)
    for made in ("queries.safetensors", "again.safetensors"):
        (out / made).unlink(missing_ok=True)
    words = write_tokenizer(base)
    train_base(base, words)

    source = random.Random(2)
    contributed = [[review(source) for _ in range(ITEMS)] for _ in range(CONTRIBUTORS)]
    contributed[-1] = [mistaken(item) if i % 4 == 3 else item for i, item in enumerate(contributed[-1])]
    ids = [contribute(items_at, i, items) for i, items in enumerate(contributed)]
    write_items(out / "held-out.jsonl", [review(source) for _ in range(HELD_OUT)])
    write_items(out / "answers.jsonl", [review(source) for _ in range(ANSWERS)])
    encoder = Encoder(words, "causal-lm", {}, TEMPLATE, MAX_TOKENS)
    train_adapter(base, training, encoder, [item for items in contributed for item in items])

    model = ["--base", str(base), "--quantisation", "nf4", "--template", TEMPLATE, "--max-tokens", str(MAX_TOKENS)]
    model += ["--dtype", "float32", "--device", "cpu", "--threads", "2", "--quiet"]
    pairs = []
    for i, contribution in enumerate(ids):
        pairs += ["--items", str(items_at / f"{i}.jsonl")]
        pairs += ["--contribution", f"{contribution}={items_at / f'{i}.commitment.json'}"]
    run = ["--run-folder", str(out / "run"), "--adapter", str(out / "run")]
    commands = [
        ["emit", *model, "--adapter", str(training), *pairs, "--dataset-version", "4294967297",
         "--out", str(out / "run"),
         "--base-name", "tiny-review-llama", "--base-source", "test/pipeline/gpu/fixture/base", "--base-revision", "1",
         "--base-licence", "Apache-2.0", "--training", str(training / "training.json"), "--width", "512",
         "--dims", "64", "--held-out", str(out / "held-out.jsonl"), "--basis", "principal", "--chunk-rows", "32"],
        ["query", *model, *run, "--answers", str(out / "answers.jsonl"), "--out", str(out / "queries.safetensors")],
        ["again", *model[:-3], "--threads", "1", "--quiet", "--batch-size", "5", *run, *pairs_of_items(items_at),
         "--out", str(out / "again.safetensors")],
    ]  # fmt: skip
    for command in commands:
        if attribution_run(command) != 0:
            raise SystemExit(1)
    shutil.rmtree(training)


def pairs_of_items(items_at: Path) -> list[str]:
    return [text for i in range(CONTRIBUTORS) for text in ("--items", str(items_at / f"{i}.jsonl"))]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
