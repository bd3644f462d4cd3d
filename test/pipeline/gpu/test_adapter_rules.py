"""Adapters are read as pipeline/run reads them: both are held to test/fixtures/peftAdapters.json."""

from __future__ import annotations

import json
import unittest
from pathlib import Path

from attribution_run.adapter_rules import read_modules
from attribution_run.errors import RunError

HERE = Path(__file__).parent
CASES = json.loads((HERE / "../../fixtures/peftAdapters.json").read_text("utf-8"))


def shapes(case: dict) -> dict[str, tuple[str, list[int]]]:
    return {
        name: (shape[0], shape[1:]) if shape and isinstance(shape[0], str) else ("F32", shape)
        for name, shape in case["tensors"].items()
    }


class AdapterRules(unittest.TestCase):
    def test_read_alike(self) -> None:
        for case in (each for each in CASES if "refused" not in each):
            with self.subTest(case["name"]):
                modules = read_modules(case["config"], shapes(case))
                self.assertEqual(list(modules.target_modules), case["targetModules"])
                self.assertEqual(list(modules.modules_to_save), case["modulesToSave"])

    def test_refused_alike(self) -> None:
        for case in (each for each in CASES if "refused" in each):
            with self.subTest(case["name"]):
                with self.assertRaises(RunError) as caught:
                    read_modules(case["config"], shapes(case))
                self.assertIn(case["refused"], str(caught.exception))
                self.assertEqual(caught.exception.facts.get("field"), case.get("field"))

    def test_one_schema(self) -> None:
        paths = ("gpu/attribution_run/peft_adapter.json", "run/peftAdapter.json")
        own, other = (json.loads((HERE / "../../../pipeline" / path).read_text("utf-8")) for path in paths)
        self.assertEqual(own, other)


if __name__ == "__main__":
    unittest.main()
