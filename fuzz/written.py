"""What people write or bring in files: arrangements, settings, scenarios, CSV, QuakeML."""

from __future__ import annotations

import math
import tempfile
import tomllib
from functools import cache
from pathlib import Path

import msgspec

from fuzz.target import target
from trilogue.analysis.ascent.telemetry import TelemetryError, read_telemetry
from trilogue.analysis.scenario.reading import ScenarioError
from trilogue.analysis.scenario.scenario import read
from trilogue.arrangement import text as texts
from trilogue.arrangement import vocabulary
from trilogue.arrangement.checks import check_text
from trilogue.arrangement.files import SCHEMA, TEXT, shipped
from trilogue.arrangement.parse import parse_arrangement
from trilogue.arrangement.policies import parse_policies
from trilogue.errors import FormatError, InputError, NotFoundError
from trilogue.interop.quakeml_in import read_arrivals
from trilogue.node.settings import Settings, parse_address
from trilogue.reports.csv import arrivals_from_csv, group_arrivals
from trilogue.reports.payloads import encode_payload, parse_payload

MOST = 1 << 16
"""Bytes of a text: the time that TOML and Cedar take is their own."""


@cache
def _shipped() -> dict[str, bytes]:
    return shipped("tisa-2014")


@target(InputError)
def arrangement_text(data: bytes) -> None:
    """What the text says is what any reader of TOML reads in it."""
    text = texts.decode(data[:MOST])
    check_text(text)
    raw = tomllib.loads(data[:MOST].decode())
    assert msgspec.convert(raw, texts.Text, strict=True) == text


@target(InputError)
def arrangement(data: bytes) -> None:
    """The whole arrangement with another text in it."""
    made = parse_arrangement(_shipped() | {TEXT: data[:MOST]})
    for one in made.participants:
        assert one.isalpha()
        assert made.neighbours(one)


@target(InputError)
def rules(data: bytes) -> None:
    """Every rule of a text that parses has an id of its own, in one spelling."""
    policies = parse_policies(data[:MOST], _shipped()[SCHEMA])
    assert len(set(policies.ids)) == len(policies.ids)


@target(InputError)
def words(data: bytes) -> None:
    assert vocabulary.decode(data[:MOST], "en").language == "en"


@target(InputError, NotFoundError)
def settings(data: bytes) -> None:
    """What is written again is read as the same."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        (directory / "node.toml").write_bytes(data)
        given = Settings.read(directory)
        given.write()
        assert Settings.read(directory) == given


@target(InputError)
def address(data: bytes) -> None:
    host, port = parse_address("api", data.decode("utf-8", "replace"))
    bracketed = f"[{host}]" if ":" in host else host
    assert f"{bracketed}:{port}".encode() == data


@target(ScenarioError)
def scenario(data: bytes) -> None:
    said = read(data[:MOST].decode("utf-8", "replace"))
    assert math.isfinite(said.begin)
    assert said.flights


@target(InputError)
def arrivals_csv(data: bytes) -> None:
    """What is taken from a file may be filed: every peer would accept it."""
    for by_participant in group_arrivals(
        arrivals_from_csv(data.decode("utf-8", "replace"))
    ).values():
        for payload in by_participant.values():
            assert parse_payload("seismic-arrivals", encode_payload(payload)) == payload


@target(FormatError)
def quakeml(data: bytes) -> None:
    for payload in read_arrivals(data):
        assert parse_payload("seismic-arrivals", encode_payload(payload)) == payload


@target(TelemetryError)
def telemetry(data: bytes) -> None:
    recording = read_telemetry(data.decode("utf-8", "replace"))
    shown = recording.until()
    assert len(shown.time) == len(shown.height) == len(shown.speed)
    assert all(map(math.isfinite, shown.height))
