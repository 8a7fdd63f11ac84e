"""Printing: JSON for programs, tables for people, nothing that moves a cursor."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.cli.out import legible, print_json, print_table, progress, working
from trilogue.node.inputs import Place


def test_plain_text_is_left_alone():
    text = "핵실험 核実験 – 12 × 3 km, “so”"
    assert legible(text) == text


@pytest.mark.threat("T27")
@given(st.text())
def test_no_control_passes(text):
    shown = legible(text)
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert not any(char in shown for char in "\u202a\u202e\u2066\u2069\u200f\ufeff\u2028")
    assert all(line for line in shown.splitlines())
    assert len(shown.splitlines()) <= 1


def test_newlines_pass_where_they_are_meant():
    assert legible("a\nb\x07", keep="\n") == "a\nb<U+0007>"


def test_json_keeps_everything(capsys):
    print_json({"place": Place(speaker="KR", index=17), "text": "\x1b[2J핵"})
    assert json.loads(capsys.readouterr().out) == {
        "place": {"speaker": "KR", "index": 17},
        "text": "\x1b[2J핵",
    }


def test_columns_are_aligned_by_what_is_seen(capsys):
    print_table(("a", "b"), [("핵실험", 1), ("é", 22), ("\n", "")], empty="none")
    assert capsys.readouterr().out == ("a         b\n핵실험    1\né         22\n<U+000A>\n")


def test_an_empty_table_says_so(capsys):
    print_table(("a", "b"), [], empty="no incident")
    assert capsys.readouterr().out == "no incident\n"


def test_a_terminal_gets_a_drawn_table_without_markup(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_table(("what",), [("[red]not markup[/red]",)], empty="")
    assert "[red]not markup[/red]" in capsys.readouterr().out


@pytest.mark.parametrize("total", [None, 3])
def test_progress_leaves_nothing_behind_and_is_silent_in_a_pipe(capsys, total):
    with progress("Checking", total) as on:
        on(1)
    with working("Writing"):
        pass
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_progress_shows_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress("Checking", 3) as on:
        on(3)
    assert "Checking" in capsys.readouterr().err
