"""Writing the report: the page, and beside it every figure and every number."""

from __future__ import annotations

from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from trilogue.analysis.value.row import to_csv, to_json
from trilogue.cli.value import words
from trilogue.cli.value.page import render
from trilogue.cli.value.results import to_json as report_json
from trilogue.figures.paper import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trilogue.cli.value.drawings import Drawing
    from trilogue.cli.value.results import Results

__all__ = ["write"]


def write(results: Results, drawn: Mapping[str, Drawing], out: Path) -> dict[str, Any]:
    """Write everything into a folder, which is made; return the report as a program reads it."""
    groups = [group for kind in results.kinds for group in kind.groups]
    texts = {
        "index.html": render(results, drawn),
        "results.csv": to_csv(results.rows),
        "groups.csv": _csv(groups),
        "added.csv": _csv(results.added),
    }
    out.mkdir(parents=True, exist_ok=True)
    for drawing in drawn.values():
        texts[f"{drawing.name}.csv"] = drawing.figure.csv
        (out / f"{drawing.name}.svg").write_bytes(drawing.figure.svg)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="")
    pictures = [f"{name}.svg" for name in drawn]
    files = [str(out / name) for name in (*texts, *pictures, "results.json")]
    report = report_json(results, [*words.sentences(results), *words.to_each(results)], files)
    whole = {**report, "rows": to_json(results.rows)}
    (out / "results.json").write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=1))
    return report


def _csv(values: Sequence[Any]) -> str:
    """Return dataclasses as CSV; a pair takes two columns, and nothing stands for `None`."""
    if not values:
        return ""
    rows = [_flat(asdict(value)) for value in values]
    assert is_dataclass(values[0])
    columns = [name for field in fields(values[0]) for name in _columns(field.name, field.type)]
    return table(columns, [[_cell(row.get(name)) for name in columns] for row in rows])


def _columns(name: str, kind: Any) -> list[str]:
    return [f"{name}_without", f"{name}_with"] if str(kind).startswith("tuple") else [name]


def _flat(value: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, one in value.items():
        if isinstance(one, tuple):
            flat[f"{name}_without"], flat[f"{name}_with"] = one
        else:
            flat[name] = one
    return flat


def _cell(value: object) -> object:
    return "" if value is None else repr(value) if isinstance(value, float) else value
