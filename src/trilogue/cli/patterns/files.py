"""Writing the report: the page, and beside it every figure and every number."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from trilogue.cli.patterns.drawings import drawings
from trilogue.cli.patterns.page import render, table_csv
from trilogue.cli.patterns.tables import tables
from trilogue.figures.patterns.said import sentences
from trilogue.figures.patterns.words import Words

if TYPE_CHECKING:
    from trilogue.cli.patterns.gather import Results
    from trilogue.figures.words import Language

__all__ = ["write"]


def write(results: Results, language: Language, out: Path) -> dict[str, Any]:
    """Write everything into a folder, which is made; return what was said and written."""
    words = Words(language)
    drawn, laid = drawings(results.found, words), tables(results, words)
    texts = {"index.html": render(results, words, drawn, laid)}
    out.mkdir(parents=True, exist_ok=True)
    for one in (drawing for each in drawn.values() for drawing in each):
        texts[f"{one.name}.csv"] = one.figure.csv
        texts[f"{one.name}.svg"] = one.figure.svg.decode("utf-8")
    for table in (one for each in laid.values() for one in each):
        texts[f"{table.name}.csv"] = table_csv(table)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="")
    said = [one for each in sentences(results.found, words).values() for one in each]
    whole = {"said": said, **_json(results)}
    encoded = msgspec.json.encode(whole, enc_hook=_plain)
    (out / "results.json").write_bytes(msgspec.json.format(encoded, indent=1))
    return {
        "language": language,
        "launches": len(results.merged),
        "conflicts": len(results.conflicts),
        "said": said,
        "files": [str(out / name) for name in (*texts, "results.json")],
    }


def _json(results: Results) -> dict[str, Any]:
    found = results.found
    return {
        "sources": {one.name: len(one.entries) for one in results.sources},
        "basis": {
            name: {"used": list(one.used), "left_out": dict(one.left_out)}
            for name, one in found.basis.items()
        },
        "tempo": {"/".join(group): asdict(one) for group, one in found.tempo.items()},
        "news": [{**asdict(one), "bits": one.bits} for one in found.news.items],
        "backtests": {f"{bits:g}": asdict(one) for bits, one in found.backtests.items()},
        **{
            name: _flat(getattr(found, name))
            for name in (
                "salvos",
                "sites",
                "mobility",
                "clock",
                "trajectories",
                "outcomes",
                "learning",
                "reliability",
                "reach",
                "nuclear",
            )
        },
    }


def _flat(value: Any) -> Any:
    return [asdict(one) for one in value] if isinstance(value, tuple) else value and asdict(value)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(type(value))
