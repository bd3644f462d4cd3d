"""From a PEFT LoRA or QLoRA model to an attribution ledger's run folder. docs/gpu.md shows the calls."""

from .contributions import Contribution, Item, read_items
from .emit import DataSet, Settings, emit_run
from .errors import RunError
from .evaluate import Evaluation, Question, choice_logits
from .examples import IGNORED, Example
from .gradients import Source
from .manifest import BaseModel, Quantisation, Training
from .query import query_gradients, take_again
from .tasks import CausalLm, Classification

__all__ = [
    "IGNORED",
    "BaseModel",
    "CausalLm",
    "Classification",
    "Contribution",
    "DataSet",
    "Evaluation",
    "Example",
    "Item",
    "Quantisation",
    "Question",
    "RunError",
    "Settings",
    "Source",
    "Training",
    "choice_logits",
    "emit_run",
    "query_gradients",
    "read_items",
    "take_again",
]
