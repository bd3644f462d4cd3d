"""The gradient service, on the committed fixture: over HTTP it gives what `query` writes."""

from __future__ import annotations

import json
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
from attribution_run.contributions import Item
from attribution_run.encode import Encoder
from attribution_run.loading import load_source, load_tokenizer, parse_quantisation
from attribution_run.query import EmittedRun, query_gradients
from attribution_run.serve import GradientService, gradient_server

FIXTURE = Path(__file__).parent / "fixture"


class Serving(unittest.TestCase):
    def setUp(self) -> None:
        tokenizer, pad_id = load_tokenizer(str(FIXTURE / "base"))
        self.source = load_source(
            str(FIXTURE / "base"), FIXTURE / "run", "causal-lm", pad_id,
            quantisation=parse_quantisation("nf4"), dtype="float32", device="cpu",
        )  # fmt: skip
        self.encoder = Encoder(tokenizer, "causal-lm", {}, "{text} :", 24)
        service = GradientService(EmittedRun.read(FIXTURE / "run"), self.source, self.encoder)
        self.server = gradient_server(service, "127.0.0.1", 0)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def ask(self, path: str, body: object | None = None) -> tuple[int, Any]:
        url = f"http://127.0.0.1:{self.server.server_address[1]}{path}"
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=data)) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def test_gives_what_query_writes(self) -> None:
        item = json.loads((FIXTURE / "items" / "0.jsonl").read_text().splitlines()[0])
        with tempfile.TemporaryDirectory() as folder:
            example = self.encoder.example(Item(item["label"], item["text"]))
            written = query_gradients(FIXTURE / "run", self.source, [example], Path(folder) / "q", progress=False)
        for asked in ({"prompt": item["text"]}, {"messages": [{"role": "user", "content": item["text"]}]}):
            status, given = self.ask("/gradient", {**asked, "answer": item["label"]})
            self.assertEqual(status, 200)
            np.testing.assert_allclose(given["gradient"], written[0], rtol=1e-5)
            self.assertLess(given["logProbability"], 0)

    def test_says_whose_run_it_serves_and_what_is_wrong(self) -> None:
        self.assertEqual(self.ask("/health")[1]["run"], EmittedRun.read(FIXTURE / "run").hash)
        self.assertEqual(self.ask("/gradient", {"prompt": "Tea?"})[0], 400)
        self.assertIn("neither prompt nor messages", self.ask("/gradient", {"answer": "yes"})[1]["error"])
