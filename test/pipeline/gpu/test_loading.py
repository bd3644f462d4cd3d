"""Prompts, tokenizers and bases as people have them: too long, with a chat template, resized, quantised already."""

from __future__ import annotations

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import torch
from attribution_run.adapter import Adapter
from attribution_run.contributions import Item
from attribution_run.encode import Encoder
from attribution_run.errors import RunError
from attribution_run.gradients import require_one_device, row_gradients
from attribution_run.loading import load_source, load_tokenizer, local_base, stored_quantisation
from attribution_run.manifest import Training
from attribution_run.projection import Projector, draw_random, shape_modules
from peft import LoraConfig, get_peft_model
from tiny import VOCABULARY, base_model, save_tiny, tiny_rows, tiny_source
from transformers import LlamaConfig, LlamaForSequenceClassification

FIXTURE = Path(__file__).parent / "fixture"
CHAT = "{% for m in messages %}user : {{ m['content'] }} {% endfor %}{% if add_generation_prompt %}answer :{% endif %}"


class Loading(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def load(self, adapter: Path, task: str = "causal-lm", base: Path | None = None, **changes: object):
        settings = {"quantisation": None, "dtype": "float32", "device": "cpu", **changes}
        return load_source(str(base or self.folder / "base"), adapter, task, 0, **settings)


class Prompts(Loading):
    def encoder(
        self, max_tokens: int, task: str = "causal-lm", template: str = "{text} :", chat: bool = False
    ) -> Encoder:
        tokenizer, _ = load_tokenizer(str(FIXTURE / "base"), self.folder)
        if chat:
            tokenizer.chat_template = CHAT
        return Encoder(tokenizer, task, {"a": 0, "b": 1}, template, max_tokens, chat)

    def test_lose_the_end_of_a_long_text_and_nothing_of_the_template(self) -> None:
        words = [item["text"] for item in map(json.loads, (FIXTURE / "held-out.jsonl").read_text().splitlines())]
        text, label = " ".join(words), "a"
        for task in ("causal-lm", "classification"):
            whole = self.encoder(10_000, task).example(Item(label, text)).input_ids
            colon = self.encoder(10_000, task)._tokens("")[-1]
            for room in (8, 13, 24):
                with self.subTest(task=task, room=room):
                    example = self.encoder(room, task).example(Item(label, text))
                    self.assertLessEqual(len(example.input_ids), room)
                    answer = len([x for x in example.labels if x != -100]) if task == "causal-lm" else 0
                    prompt = list(example.input_ids)[: len(example.input_ids) - answer]
                    self.assertEqual(prompt, [*whole[: len(prompt) - 1], colon])

    def test_of_templates_that_leave_no_room_are_refused(self) -> None:
        encoder = self.encoder(4, template="{text} : : : : : :")
        self.assertRaisesRegex(RunError, "it leaves no room for a text", encoder.example, Item("a", "b"))

    def test_may_be_messages_in_the_chat_template_of_the_tokenizer(self) -> None:
        encoder = self.encoder(64, chat=True)
        expected = encoder.tokenizer("user : a b : answer :", add_special_tokens=False)["input_ids"]
        self.assertEqual(encoder._tokens("a b"), expected)
        with self.assertRaisesRegex(RunError, "it has no place for the text"):
            Encoder(object(), "causal-lm", {}, "Review:", 9)
        with self.assertRaisesRegex(RunError, "no chat template"):
            Encoder(object(), "causal-lm", {}, "{text}", 9, True)

    def test_are_made_with_the_tokenizer_that_lies_beside_the_adapter(self) -> None:
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(FIXTURE / "base" / name, self.folder / name)
        own, _ = load_tokenizer("/there/is/no/base", self.folder)
        other, _ = load_tokenizer(str(FIXTURE / "base"), self.folder / "none")
        self.assertEqual(own("a")["input_ids"], other("a")["input_ids"])


class Bases(Loading):
    def test_of_classifiers_get_a_token_to_pad_with(self) -> None:
        torch.manual_seed(0)
        config = LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2,
            num_labels=2, pad_token_id=None,
        )  # fmt: skip
        model = LlamaForSequenceClassification(config)
        model.save_pretrained(self.folder / "base")
        get_peft_model(model, LoraConfig(r=2, target_modules=["q_proj"], task_type="SEQ_CLS")).save_pretrained(
            self.folder / "adapter"
        )
        source = self.load(self.folder / "adapter", "classification")
        ids, mask = torch.tensor([[1, 2, 0], [1, 2, 3]]), torch.tensor([[1, 1, 0], [1, 1, 1]])
        self.assertEqual(source.model(input_ids=ids, attention_mask=mask).logits.shape, (2, 2))

    def test_grow_to_the_vocabulary_of_their_adapter(self) -> None:
        base_model().save_pretrained(self.folder / "base")
        model = base_model()
        model.resize_token_embeddings(VOCABULARY + 3, mean_resizing=False)
        lora = LoraConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM")
        get_peft_model(model, lora).save_pretrained(self.folder / "adapter", save_embedding_layers=True)
        source = self.load(self.folder / "adapter")
        self.assertEqual(source.model.get_input_embeddings().weight.shape[0], VOCABULARY + 3)
        Adapter.read(self.folder / "adapter").require_loaded_in(source.model)

    def test_that_are_quantised_already_do_not_pass_as_full_precision(self) -> None:
        save_tiny(self.folder)
        path = self.folder / "base" / "config.json"
        told = {"quantization_config": {"quant_method": "gptq", "bits": 4}}
        path.write_text(json.dumps(json.loads(path.read_text()) | told))
        self.assertEqual(stored_quantisation(str(self.folder / "base")), "gptq")
        self.assertRaisesRegex(RunError, "its weights are quantised already", self.load, self.folder / "adapter")

    def test_of_the_hub_are_named_with_their_commit(self) -> None:
        self.assertEqual(local_base(str(self.folder), None), str(self.folder))
        for revision in (None, "main", "v1.0"):
            self.assertRaisesRegex(RunError, "without its commit", local_base, "example/base", revision)


class Early(Loading):
    def test_a_training_loss_that_is_no_number_is_refused_before_any_gradient(self) -> None:
        state = self.folder / "trainer_state.json"
        state.write_text('{"global_step": 3, "epoch": 1.0, "log_history": [{"step": 3, "train_loss": NaN}]}')
        self.assertRaisesRegex(RunError, "its training loss is no number", Training().completed_by, state)
        self.assertEqual(Training(loss=1.5).completed_by(state).loss, 1.5)

    def test_a_training_by_preferences_says_what_a_row_is(self) -> None:
        path = self.folder / "training.json"
        path.write_text('{"tool": "trl", "preference": {"objective": "dpo", "row": "pair"}}')
        self.assertEqual(Training.read(path).described()["preference"], {"objective": "dpo", "row": "pair"})
        self.assertNotIn("preference", Training().described())
        path.write_text('{"preference": {"objective": "dpo", "row": "couple"}}')
        self.assertRaisesRegex(RunError, "its preference is none", Training.read, path)

    def test_trained_tokens_are_read_as_elsewhere(self) -> None:
        adapters = Path(__file__).parent / "../import/fixtures/adapters"
        found = Adapter.read(adapters / "tokens")
        self.assertEqual(found.modules_to_save, ("model.embed_tokens",))

    def test_too_little_memory_is_said_with_what_to_make_fewer(self) -> None:
        source = tiny_source()
        shapes = shape_modules(source.factors(), 64)
        projector = Projector(draw_random(shapes, 1), source.device)

        def full(*_: object) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory.")

        source.model.register_forward_pre_hook(full)
        with self.assertRaisesRegex(RunError, r"too small for a batch \(batch_size 3, tokens \d\)"):
            row_gradients(source, projector, tiny_rows(3), 0, 1)

    def test_a_model_on_several_devices_is_refused(self) -> None:
        source = tiny_source()
        require_one_device(source)
        source.model.get_input_embeddings().to("meta")
        self.assertRaisesRegex(RunError, "it lies on several devices", require_one_device, source)


if __name__ == "__main__":
    unittest.main()
