"""A saved LoRA adapter compared with its configuration, module by module, before any gradient is taken.

The same rules as pipeline/run/peftModules.ts, and the same facts (peft_adapter.json); test/fixtures/peftAdapters.json
holds both to each other. Nothing here needs torch: tensors are known by dtype and shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .adapter_modules import (
    CONFIG_FILE,
    EMBEDDING,
    FACTS,
    HEADS,
    SAVE_AGAIN,
    TOKENS,
    WEIGHTS_FILE,
    Modules,
    Shapes,
    modules_of,
    refusal,
    require_weights,
    words,
)
from .errors import RunError


def read_modules(config: Mapping[str, Any], tensors: Shapes) -> Modules:
    """The modules of an adapter, or the first thing that is wrong with it."""
    _require_lora(config)
    for name, (dtype, shape) in tensors.items():
        require_weights(name, dtype, shape)
    modules = modules_of(tensors)
    if not modules.factors:
        raise RunError(WEIGHTS_FILE, "it holds no LoRA factors", SAVE_AGAIN, tensors=len(tensors))
    _check_targets(modules, config)
    _check_ranks(modules, config)
    _check_each("use_dora", config, modules, modules.magnitudes, "a magnitude")
    _check_each("lora_bias", config, modules, modules.biases, "a bias of B")
    _check_whole(modules, config)
    return modules


def _require_lora(config: Mapping[str, Any]) -> None:
    found = config.get("peft_type")
    if found == "LORA":
        return
    if isinstance(found, str):
        words = FACTS["methods"].get(found)
        remedy = "Only LoRA adapters have gradients here; train with LoRA."
        what = f"it describes an adapter of type {found}{'' if words is None else f': {words}'}"
        raise RunError(CONFIG_FILE, what, remedy, field="peft_type")
    if "fine_tune_type" in config:
        raise RunError(
            CONFIG_FILE, "it describes an adapter of MLX, and not of PEFT", "Convert it.", field="fine_tune_type"
        )
    raise RunError(CONFIG_FILE, "it does not name its method", SAVE_AGAIN, field="peft_type")


def _check_targets(modules: Modules, config: Mapping[str, Any]) -> None:
    adapted = [module for module in modules.factors if not _is_of_parameter(module, config)]
    targets, saved = config.get("target_modules"), config.get("modules_to_save") or []
    if targets is not None:
        found = _among("target_modules", targets, adapted)
        for module in adapted:
            if module not in found:
                raise refusal(f'module "{module}" is not among the adapter\'s targets', field="target_modules")
        _check_layers(adapted, targets, config)
        for name in [] if isinstance(targets, str) else targets:
            is_saved = any(_contains(name, each) for each in saved)
            if not is_saved and not any(_ends_with(module, name) for module in adapted):
                what = f'its target "{name}" matches no module of the adapter'
                raise refusal(what, CONFIG_FILE, field="target_modules")
    excluded = config.get("exclude_modules")
    left = _among("exclude_modules", excluded, adapted) if excluded else set()
    for module in adapted:
        if module in left:
            raise refusal(f'module "{module}" is one that the adapter excludes', field="exclude_modules")
        if any(_contains(module, name) for name in saved):
            raise refusal(f'module "{module}" has factors and was to be saved whole', field="modules_to_save")
    for parameter in config.get("target_parameters") or []:
        if not any(_ends_with(_plain(module), _parent_of(parameter)) for module in modules.factors):
            what = f'its target "{parameter}" matches no module of the adapter'
            raise refusal(what, CONFIG_FILE, field="target_parameters")


def _check_layers(adapted: Iterable[str], targets: Any, config: Mapping[str, Any]) -> None:
    layers = config.get("layers_to_transform")
    if isinstance(targets, str) or layers is None or layers == []:
        return
    chosen = layers if isinstance(layers, list) else [layers]
    named = config.get("layers_pattern") or []
    names = [named] if isinstance(named, str) else named
    places = [rf"(?:^|.*?\.){re.escape(name)}\.(\d+)\." for name in names] or [r".*?\.[^.]*\.(\d+)\."]
    for module in adapted:
        if module in targets:
            continue
        layer = next((int(found[1]) for place in places if (found := re.match(place, module))), None)
        if layer not in chosen:
            what = f'module "{module}" is of a layer that was not to be trained'
            raise refusal(what, field="layers_to_transform", layers=words(chosen, " "))


def _check_ranks(modules: Modules, config: Mapping[str, Any]) -> None:
    ranks = _patterns_of("rank_pattern", modules, config)
    _patterns_of("alpha_pattern", modules, config)
    for module, sides in modules.factors.items():
        if "A" not in sides or "B" not in sides:
            missing = "lora_B" if "A" in sides else "lora_A"
            raise refusal(f'module "{module}" lacks one of its two factors', missing=missing)
        a, b = sides["A"], sides["B"]
        if len(a) < 2 or len(a) != len(b) or a[0] != b[1]:
            raise refusal(f'the factors of module "{module}" do not fit each other', A=words(a), B=words(b))
        is_parameter = _is_of_parameter(module, config)
        allowed = [ranks.get(module, config["r"])]
        if is_parameter:
            allowed = [config["r"], *(config.get("rank_pattern") or {}).values()]
        if not any(a[0] % rank == 0 if is_parameter else a[0] == rank for rank in allowed):
            what = f'module "{module}" has another rank than {CONFIG_FILE} says'
            name = "rank_pattern" if module in ranks else "r"
            raise refusal(what, field=name, found=a[0], expected=words(allowed, " or "))


def _patterns_of(name: str, modules: Modules, config: Mapping[str, Any]) -> dict[str, Any]:
    """Module → the value of the first pattern that fits it. A pattern that fits none is of another model."""
    values: dict[str, Any] = {}
    parameters = [
        parameter
        for parameter in config.get("target_parameters") or []
        if any(_ends_with(_plain(module), _parent_of(parameter)) for module in modules.factors)
    ]
    for key, value in (config.get(name) or {}).items():
        found = _matches(name, rf"(?:.*\.)?(?:{key})", [*modules.factors, *parameters])
        if not found:
            raise refusal(f'its pattern "{key}" fits no module of the adapter', CONFIG_FILE, field=name)
        for module in found:
            values.setdefault(module, value)
    return values


def _check_each(name: str, config: Mapping[str, Any], modules: Modules, having: set[str], what: str) -> None:
    is_on = config.get(name) is True
    odd = next((module for module in modules.factors if (module in having) != is_on), None)
    if odd is not None:
        raise refusal(f'module "{odd}" has {"not " if is_on else ""}{what}', field=name)


def _check_whole(modules: Modules, config: Mapping[str, Any]) -> None:
    saved: Sequence[str] = config.get("modules_to_save") or []
    heads = {name for names in HEADS.values() for name in names}
    missing = [name for name in saved if not any(_contains(module, name) for module, _, _ in modules.whole)]
    has_head = any(name in heads and name not in missing for name in saved)
    absent = [name for name in missing if not (name in heads and has_head)]
    if absent:
        names = words(absent, " ")
        raise refusal("modules that were to be saved are missing", field="modules_to_save", names=names)
    _check_tokens(modules, config)
    bias, task_heads = config.get("bias"), HEADS.get(config.get("task_type") or "", [])
    for module, part, _ in modules.whole:
        is_bias = part == "bias" and (bias == "all" or (bias == "lora_only" and _plain(module) in modules.factors))
        is_named = any(_contains(module, name) for name in (*saved, *task_heads))
        if not (part == TOKENS or is_named or is_bias or EMBEDDING.search(module)):
            what = f'module "{module}" is held whole, and {CONFIG_FILE} does not say why'
            raise refusal(what, field="modules_to_save")


def _check_tokens(modules: Modules, config: Mapping[str, Any]) -> None:
    indices = config.get("trainable_token_indices")
    held = [(module, shape) for module, part, shape in modules.whole if part == TOKENS]
    name = "trainable_token_indices"
    if indices is None:
        if held:
            raise refusal(f'module "{held[0][0]}" has tokens that {CONFIG_FILE} does not list', field=name)
        return
    if not held:
        raise refusal("the tokens that were to be trained are missing", field=name)
    for module, shape in held:
        listed = indices
        if isinstance(indices, dict):
            listed = next((each for layer, each in indices.items() if _ends_with(module, layer)), [])
        if len(listed) != shape[0]:
            what = f'module "{module}" has another number of trained tokens than {CONFIG_FILE} lists'
            raise refusal(what, field=name, found=shape[0], expected=len(listed))


def _among(name: str, names: Any, modules: Sequence[str]) -> set[str]:
    """A list of names, each the end of a path, or a pattern for whole paths."""
    if not isinstance(names, str):
        return {module for module in modules if any(_ends_with(module, each) for each in names)}
    if name == "target_modules" and names == "all-linear":
        return set(modules)
    return set(_matches(name, names, modules))


def _matches(name: str, pattern: str, modules: Iterable[str]) -> list[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        remedy = "Name the modules in a list."
        raise RunError(CONFIG_FILE, "its pattern cannot be read", remedy, field=name, pattern=pattern) from error
    return [module for module in modules if compiled.fullmatch(module)]


def _ends_with(module: str, name: str) -> bool:
    return module == name or module.endswith(f".{name}")


def _contains(module: str, name: str) -> bool:
    return f".{name}." in f".{module}."


def _plain(module: str) -> str:
    """A layer that PEFT wrapped once more keeps its first self as `base_layer`."""
    return re.sub(r"(\.base_layer)+$", "", module)


def _parent_of(parameter: str) -> str:
    return parameter.rpartition(".")[0]


def _is_of_parameter(module: str, config: Mapping[str, Any]) -> bool:
    return any(_ends_with(_plain(module), _parent_of(name)) for name in config.get("target_parameters") or [])
