"""`trilogue arrangement`: what needs no node."""

import json

import pytest

from trilogue.arrangement import parse_arrangement, render, shipped
from trilogue.node.shelf import read_files


@pytest.mark.parametrize("lang", ["en", "ko", "ja"])
def test_show_prints_all_of_it_in_each_language(run, lang):
    text = run("arrangement", "show", "--lang", lang).stdout
    assert text == render(parse_arrangement(shipped("tisa-2014")), lang)


def test_show_reads_a_folder_too(run, three):
    assert "Root public keys".upper() in run("arrangement", "show", three / "tisa").stdout


def test_show_as_json(run, three):
    found = json.loads(run("arrangement", "show", three / "tisa", "--json").stdout)
    assert found["id"] == found["text"]["id"] == "tisa-2014"
    assert set(found["roots"]) == {"KR", "US", "JP"}


def test_what_is_not_there_is_not_found(run):
    assert "neither shipped" in run("arrangement", "show", "tisa-1984", code=3).stderr


def test_the_digest_is_what_is_adopted(run, three):
    digest = parse_arrangement(read_files(three / "tisa")).digest_text
    assert run("arrangement", "digest", three / "tisa").stdout == f"{digest}\n"


def test_check_shows_the_fingerprints_that_init_showed(run, three, tmp_path):
    shown = run("node", "init", tmp_path / "new", "--participant", "KR", "--of", "tisa-2014")
    assert "Its root: " in shown.stdout
    checked = run("arrangement", "check", three / "tisa")
    assert "every participant can adopt it" in checked.stdout
    roots = json.loads(run("arrangement", "check", three / "tisa", "--json").stdout)["roots"]
    for who, root in roots.items():
        assert f"{who}  {root['fingerprint']}" in checked.stdout


def test_an_arrangement_without_roots_does_not_check(run):
    done = run("arrangement", "check", "tisa-2014", code=2)
    assert "no root public key of KR" in done.stderr
    assert "draw the arrangement up" in done.stderr


def test_a_changed_byte_is_another_arrangement(run, three):
    before = run("arrangement", "digest", three / "tisa").stdout
    text = three / "tisa" / "arrangement.toml"
    text.write_bytes(text.read_bytes() + b"# a remark\n")
    assert run("arrangement", "digest", three / "tisa").stdout != before


def test_a_file_too_many_is_refused(run, three):
    (three / "tisa" / "more.cedar").write_bytes(b"")
    assert "more.cedar" in run("arrangement", "check", three / "tisa", code=2).stderr


def card(three, who):
    return ("--card", three / who / "card.json")


def test_draw_up_needs_every_participants_card(run, three):
    done = run(
        "arrangement", "draw-up", "tisa-2014", *card(three, "KR"), *card(three, "US"),
        "-o", three / "new", code=2,
    )  # fmt: skip
    assert "no root public key of JP" in done.stderr
    assert not (three / "new").exists()


def test_two_cards_of_one_participant_must_claim_one_root(run, three):
    run("node", "init", three / "false", "--participant", "KR", "--of", "tisa-2014")
    done = run(
        "arrangement", "draw-up", "tisa-2014", *card(three, "KR"), *card(three, "false"),
        "-o", three / "new", code=2,
    )  # fmt: skip
    assert "different roots for KR" in done.stderr


def test_the_publication_delay_stands_in_the_signed_bytes(run, three):
    cards = [part for who in ("KR", "US", "JP") for part in card(three, who)]
    run(
        "arrangement", "draw-up", three / "tisa", *cards, "--publication-delay", "36h",
        "-o", three / "new",
    )  # fmt: skip
    text = parse_arrangement(read_files(three / "new")).text
    assert text.publication.delay_seconds == 129_600


def test_what_is_no_card_is_refused(run, three):
    (three / "card.json").write_text('{"card":1}')
    done = run(
        "arrangement", "draw-up", "tisa-2014", "--card", three / "card.json",
        "-o", three / "new", code=2,
    )  # fmt: skip
    assert "not a participant's card" in done.stderr


def test_acts_need_a_node_and_somebody_who_asks(run):
    assert "Say which node" in run("arrangement", "adopt", code=2).stderr
    done = run("arrangement", "adopt", "--node", "http://127.0.0.1:1", code=2)
    assert "Say who asks" in done.stderr
