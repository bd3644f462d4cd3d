"""The gradient service of a gateway: one served answer → its projected gradient, over HTTP, where the model is.

POST /gradient   {"prompt" | "messages", "answer"} → {"gradient": q (width), "logProbability"}
GET  /health     {"status": "ok", "run": hash of the manifest}

It listens on this machine alone unless --host says otherwise, keeps nothing, and logs no text.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .contributions import Item
from .encode import Encoder
from .errors import RunError
from .examples import IGNORED, Example
from .gradients import Source
from .query import EmittedRun

MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class GradientService:
    """What answers one request.

    Attributes:
        emitted: The run that is served, with its projection.
        source: Its model.
        encoder: How a prompt and an answer become tokens.
    """

    emitted: EmittedRun
    source: Source
    encoder: Encoder

    def gradient(self, asked: Mapping[str, Any]) -> dict[str, object]:
        """The gradient of the given answer's log-probability, under the run's projection."""
        answer = asked.get("answer")
        if not isinstance(answer, str) or answer == "":
            raise RunError("answer", "it is no text", "Give the text that was answered.")
        u, losses = self.emitted.gradients(self.source, [self._example(asked, answer)], 1, progress=False)
        return {"gradient": [-float(x) for x in u[0]], "logProbability": -float(losses[0])}

    def _example(self, asked: Mapping[str, Any], answer: str) -> Example:
        prompt, messages = asked.get("prompt"), asked.get("messages")
        if isinstance(prompt, str):
            return self.encoder.example(Item(answer, prompt))
        if not isinstance(messages, list) or len(messages) == 0:
            raise RunError("request", "it has neither prompt nor messages", "Give what was asked.")
        if self.encoder.tokenizer.chat_template is None or self.encoder.task == "classification":
            # As the model was trained: the text stands in the template.
            return self.encoder.example(Item(answer, str(messages[-1].get("content", ""))))
        return self._chat(messages, answer)

    def _chat(self, messages: Sequence[Mapping[str, Any]], answer: str) -> Example:
        tokenizer = self.encoder.tokenizer
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        before: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
        after: list[int] = tokenizer(answer, add_special_tokens=False)["input_ids"]
        ending = tokenizer.eos_token_id
        after = after if ending is None else [*after, ending]
        room = self.encoder.max_tokens - len(after)
        if room < 1:
            raise RunError("answer", "it is longer than max_tokens", "Allow more tokens.", tokens=len(after))
        # What was asked last counts most.
        kept = before[-room:]
        return Example([*kept, *after], [*[IGNORED] * len(kept), *after])


def gradient_server(service: GradientService, host: str, port: int) -> ThreadingHTTPServer:
    """A server that is not started yet; `serve_forever` starts it, port 0 takes any that is free."""
    # One model, one answer at a time.
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/health":
                self._reply(HTTPStatus.OK, {"status": "ok", "run": service.emitted.hash})
            else:
                self._reply(HTTPStatus.NOT_FOUND, {"error": "There is /health and /gradient."})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/gradient" or length > MOST_BYTES:
                self.close_connection = True
                self._reply(HTTPStatus.NOT_FOUND, {"error": "There is /gradient, for at most 1 MiB."})
                return
            body = self.rfile.read(length)
            try:
                asked = json.loads(body)
                if not isinstance(asked, dict):
                    raise RunError("request", "it is no JSON object", "Send one.")
                with turn:
                    found = service.gradient(asked)
            except (RunError, ValueError) as error:
                self._reply(HTTPStatus.BAD_REQUEST, {"error": str(error)})
                return
            self._reply(HTTPStatus.OK, found)

        def _reply(self, status: HTTPStatus, value: Mapping[str, object]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: requests hold what people ask."""

    return ThreadingHTTPServer((host, port), Handler)
