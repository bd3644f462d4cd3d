"""`python -m attribution_run`: emit a run, take or serve gradients of answers, or take a run's gradients again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers.utils.logging import disable_progress_bar

from .adapter import read_json
from .contributions import Contribution, Item, read_items
from .emit import DataSet, Settings, emit_run
from .encode import Encoder
from .errors import RunError
from .evaluate import Evaluation, Question, choice_logits
from .gradients import Source
from .loading import DTYPES, load_source, load_tokenizer, local_base, parse_quantisation
from .manifest import BaseModel, Training
from .query import EmittedRun, query_gradients, take_again
from .serve import GradientService, gradient_server
from .tasks import TASKS


def main(arguments: Sequence[str] | None = None) -> int:
    """One clear sentence and status 1 where something is not what it should be."""
    options = _parser().parse_args(arguments)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    if options.quiet:
        disable_progress_bar()
    try:
        result: str = options.run(options)
    except RunError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(result)
    return 0


def _emit(options: argparse.Namespace) -> str:
    items, contributions = _contributed(options.items, options.contribution)
    named = options.base
    source, encoder = _model(options)
    base = BaseModel(
        name=options.base_name or named,
        source=options.base_source or f"hf://{named}",
        revision=options.base_revision,
        licence=options.base_licence,
        weights=options.base_weights or Path(options.base),
        quantisation=parse_quantisation(options.quantisation),
    )
    evaluation = None
    if options.held_out is not None:
        evaluation = _evaluate(options, source, base, encoder.questions(read_items(options.held_out)))
    settings = Settings(
        width=options.width,
        basis=options.basis,
        projection_seed=options.projection_seed,
        sample_seed=options.sample_seed,
        batch_size=options.batch_size,
        chunk_rows=options.chunk_rows,
        dims=options.dims,
    )
    out = emit_run(
        source,
        [encoder.example(item) for item in items],
        options.out,
        adapter=options.adapter,
        base=base,
        dataset=DataSet(options.dataset_version, contributions),
        settings=settings,
        training=None if options.training is None else Training.read(options.training),
        evaluation=evaluation,
        progress=not options.quiet,
    )
    return f"{out} holds the gradients of {len(items)} rows; attribution model publish {out} registers it."


def _evaluate(
    options: argparse.Namespace, source: Source, base: BaseModel, questions: Sequence[Question]
) -> Evaluation:
    """The model's answers, and those of the same adapter on the base in full precision where the base is quantised."""
    logits = choice_logits(source, questions, options.batch_size, progress=not options.quiet)
    twin = None
    if base.quantisation is not None:
        whole = load_source(
            options.twin_base or options.base, options.adapter, options.task, source.pad_id,
            quantisation=None, dtype=options.twin_dtype or options.dtype, device=options.device,
        )  # fmt: skip
        name = options.twin_dtype or options.dtype
        twin = (name, choice_logits(whole, questions, options.batch_size, progress=not options.quiet))
    template = f"chat: {options.template}" if options.chat else options.template
    config: dict[str, object] = {"template": template, "maxTokens": options.max_tokens, "task": options.task}
    return Evaluation.of(
        questions, logits, adapter=options.adapter, base=base, task=options.held_out.stem, config=config, twin=twin
    )


def _query(options: argparse.Namespace) -> str:
    source, encoder = _model(options)
    answers = [encoder.example(item) for item in read_items(options.answers)]
    _require_new(options.out)
    query_gradients(
        options.run_folder, source, answers, options.out, batch_size=options.batch_size, progress=not options.quiet
    )
    return f"{options.out} holds the gradients of {len(answers)} answers."


def _again(options: argparse.Namespace) -> str:
    source, encoder = _model(options)
    rows = [encoder.example(item) for path in options.items for item in read_items(path)]
    _require_new(options.out)
    take_again(options.run_folder, source, rows, options.out, batch_size=options.batch_size, progress=not options.quiet)
    return f"attribution run verify {options.run_folder} --again {options.out} compares {len(rows)} rows."


def _serve(options: argparse.Namespace) -> str:
    source, encoder = _model(options)
    service = GradientService(EmittedRun.read(options.run_folder), source, encoder)
    server = gradient_server(service, options.host, options.port)
    host, port = server.server_address[:2]
    print(f"Gradients of answers at http://{host!s}:{port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return "Stopped."


def _model(options: argparse.Namespace) -> tuple[Source, Encoder]:
    """The model in `options`, whose base then is a folder of this machine."""
    revision = getattr(options, "base_revision", None)
    if revision is None:
        manifest = read_json(options.run_folder / "run.json", "Name the run folder that emit made.")
        revision = manifest.get("base", {}).get("revision")
    options.base = local_base(options.base, revision)
    tokenizer, pad_id = load_tokenizer(options.base, options.adapter)
    source = load_source(
        options.base, options.adapter, options.task, pad_id,
        quantisation=parse_quantisation(options.quantisation), dtype=options.dtype, device=options.device,
    )  # fmt: skip
    config: Any = source.model.config
    classes = dict(config.label2id) if options.task == "classification" else {}
    return source, Encoder(tokenizer, options.task, classes, options.template, options.max_tokens, options.chat)


def _contributed(paths: Sequence[Path], named: Sequence[str]) -> tuple[list[Item], list[Contribution]]:
    """Items and the commitments to them, pair by pair."""
    if len(paths) != len(named):
        remedy = "Give --items and --contribution in pairs, in the order in which they were accepted."
        raise RunError(
            "--contribution", "there is not one for each --items", remedy, items=len(paths), named=len(named)
        )
    items: list[Item] = []
    contributions = []
    for path, text in zip(paths, named, strict=True):
        contribution_id, _, commitment = text.partition("=")
        own = read_items(path)
        contributions.append(Contribution.read(contribution_id, Path(commitment), own))
        items += own
    return items, contributions


def _require_new(path: Path) -> None:
    if path.exists():
        raise RunError(str(path), "it is already there", "Name another file, or remove this one first.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="attribution_run", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="emit | query | again | serve")

    emit = commands.add_parser("emit", help="a trained adapter and its rows → a run folder")
    emit.set_defaults(run=_emit)
    _add_model(emit)
    emit.add_argument("--items", type=Path, action="append", required=True, help="a contributor's items.jsonl; repeat")
    emit.add_argument(
        "--contribution",
        action="append",
        required=True,
        metavar="ID=COMMITMENT",
        help="its name and commitment; repeat",
    )
    emit.add_argument("--dataset-version", type=int, action="append", required=True, help="a frozen version; repeat")
    emit.add_argument("--out", type=Path, required=True, help="the run folder to make")
    emit.add_argument("--base-name", help="as people know the base (as --base)")
    emit.add_argument("--base-source", help="where its weights come from (hf://<base>)")
    emit.add_argument("--base-revision", required=True, help="the commit of its repository, or a version")
    emit.add_argument("--base-licence", required=True, help="its licence, an SPDX identifier")
    emit.add_argument("--base-weights", type=Path, help="its full-precision safetensors (the folder --base)")
    emit.add_argument("--training", type=Path, help="how it was trained, a JSON object of the fields of Training")
    emit.add_argument("--held-out", type=Path, help="items to evaluate on, beside the full-precision twin")
    emit.add_argument("--twin-base", help="the base in full precision, where --base is stored quantised (as --base)")
    emit.add_argument("--twin-dtype", choices=DTYPES, help="precision of the twin (as --dtype)")
    emit.add_argument("--width", type=int, default=Settings.width, help="numbers kept of a row, at most (%(default)s)")
    emit.add_argument("--basis", choices=("random", "principal"), default=Settings.basis, help="(%(default)s)")
    emit.add_argument("--projection-seed", type=int, default=Settings.projection_seed, help="(%(default)s)")
    emit.add_argument("--sample-seed", type=int, default=Settings.sample_seed, help="of the labels for v (%(default)s)")
    emit.add_argument("--chunk-rows", type=int, default=Settings.chunk_rows, help="rows between savings (%(default)s)")
    emit.add_argument("--dims", type=int, help="dimensions of a sketch (256, or as many as the rows allow)")

    query = commands.add_parser("query", help="served answers → gradients under a run's projection")
    query.set_defaults(run=_query)
    _add_model(query)
    query.add_argument("--run-folder", type=Path, required=True, help="the run that is served")
    query.add_argument("--answers", type=Path, required=True, help='items.jsonl: "text" asked, "label" answered')
    query.add_argument("--out", type=Path, required=True, help="the safetensors file to write")

    again = commands.add_parser("again", help="a run's rows once more, for an audit")
    again.set_defaults(run=_again)
    _add_model(again)
    again.add_argument("--run-folder", type=Path, required=True, help="the run to audit")
    again.add_argument(
        "--items", type=Path, action="append", required=True, help="its items, in the same order; repeat"
    )
    again.add_argument("--out", type=Path, required=True, help="the safetensors file to write")

    serve = commands.add_parser("serve", help="a gateway's answers → gradients, over HTTP")
    serve.set_defaults(run=_serve)
    _add_model(serve)
    serve.add_argument("--run-folder", type=Path, required=True, help="the run that is served")
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (%(default)s)")
    serve.add_argument("--port", type=int, default=8081, help="where to listen; 0 for any (%(default)s)")
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    on_gpu = torch.cuda.is_available()
    parser.add_argument("--base", required=True, help="folder or hub name of the base")
    parser.add_argument("--adapter", type=Path, required=True, help="folder of the PEFT adapter")
    parser.add_argument("--task", choices=TASKS, default="causal-lm", help="(%(default)s)")
    parser.add_argument(
        "--quantisation", default="none", help="none, int8, nf4, fp4, nf4+double, fp4+double (%(default)s)"
    )
    parser.add_argument("--dtype", choices=DTYPES, default="bfloat16" if on_gpu else "float32", help="(%(default)s)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if on_gpu else "cpu", help="(%(default)s)")
    parser.add_argument("--template", default="{text}", help="the prompt around a text ({text})")
    parser.add_argument("--chat", action="store_true", help="put the prompt into the tokenizer's chat template")
    parser.add_argument("--max-tokens", type=int, default=512, help="prompt and answer together (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=Settings.batch_size, help="(%(default)s)")
    parser.add_argument("--threads", type=int, help="of the CPU (all)")
    parser.add_argument("--quiet", action="store_true", help="without a progress bar")


if __name__ == "__main__":
    sys.exit(main())
