"""Founding: a node comes to be whole or not at all, and learns the others by what they signed."""

import pytest

from trilogue.arrangement import draw_up, shipped
from trilogue.errors import InputError, NotFoundError, SignatureError
from trilogue.node.engine import Engine
from trilogue.node.founding import find_arrangement, fingerprint, found, join, token_file
from trilogue.node.governing import roots_in
from trilogue.node.settings import Settings
from trilogue.node.shelf import write_files
from trilogue.node.tokens import check

NOW = "2026-11-23T06:00:00.000Z"


def make(directory, participant="KR", **given):
    return found(directory, participant=participant, of="tisa-2014", clock=lambda: NOW, **given)


def open_engine(directory):
    from trilogue.arrangement import parse_arrangement

    settings = Settings.read(directory)
    template = parse_arrangement(settings.template_files())
    return Engine(directory, settings.participant, template, lambda: NOW), settings


@pytest.fixture
def three(tmp_path):
    """Three founded nodes, their cards, and the arrangement drawn up from these."""
    for who in ("KR", "US", "JP"):
        make(tmp_path / who, who)
    cards = {who: (tmp_path / who / "card.json").read_bytes() for who in ("KR", "US", "JP")}
    files = draw_up(shipped("tisa-2014"), {who: roots_in(c)[1] for who, c in cards.items()})
    return tmp_path, cards, files


def test_a_node_has_settings_keys_and_a_card(tmp_path):
    settings = make(tmp_path / "kr", officers=["kim", "lee"])
    assert settings.directory == tmp_path / "kr"
    assert (settings.listen, settings.api) == ("127.0.0.1:7101", "127.0.0.1:7201")
    assert Settings.read(tmp_path / "kr") == settings
    who, vkeys = roots_in((tmp_path / "kr" / "card.json").read_bytes())
    assert who == "KR"
    assert len(fingerprint(vkeys).split()) == 16
    engine, _ = open_engine(tmp_path / "kr")
    assert engine.keystore.officers() == ["kim", "lee"]
    assert engine.keystore.root().public.vkeys() == vkeys
    engine.close()
    assert (tmp_path / "kr").stat().st_mode & 0o777 == 0o700


def test_everybody_named_gets_a_token_of_their_own(tmp_path):
    make(tmp_path / "kr", officers=["kim"])
    engine, _ = open_engine(tmp_path / "kr")
    callers = {}
    for path in (tmp_path / "kr" / "tokens").iterdir():
        assert path == token_file(tmp_path / "kr", path.name)
        assert path.stat().st_mode & 0o777 == 0o600
        callers[path.name] = check(engine.db, path.read_text().strip())
    engine.close()
    assert {name: sorted(caller.roles) for name, caller in callers.items()} == {
        "administrator": ["administrator"],
        "kim": ["analyst", "release-officer"],
    }
    assert all(name == caller.name for name, caller in callers.items())


def test_each_participant_has_ports_of_its_own(tmp_path):
    places = {make(tmp_path / who, who).listen for who in ("KR", "US", "JP")}
    assert places == {"127.0.0.1:7101", "127.0.0.1:7102", "127.0.0.1:7103"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"participant": "FR"}, "no participant"),
        ({"officers": ["no spaces please"]}, "officer's name"),
        ({"officers": ["kim", "kim"]}, "already"),
        ({"officers": ["administrator"]}, "is the administrator's"),
        ({"api": "0.0.0.0:7201"}, "beyond this machine"),
    ],
)
def test_what_cannot_be_founded_leaves_nothing(tmp_path, given, message):
    with pytest.raises(InputError, match=message):
        make(tmp_path / "kr", **given)
    assert list(tmp_path.iterdir()) == []


def test_a_node_is_not_founded_over_something(tmp_path):
    (tmp_path / "kr").mkdir()
    (tmp_path / "kr" / "diary").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        make(tmp_path / "kr")
    assert (tmp_path / "kr" / "diary").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_node_keeps_a_copy_of_an_arrangement_from_a_folder(tmp_path):
    write_files(shipped("tisa-2014"), tmp_path / "ours")
    settings = found(
        tmp_path / "kr", participant="KR", of=str(tmp_path / "ours"), clock=lambda: NOW
    )
    assert settings.of == "./template"
    assert settings.template_files() == shipped("tisa-2014")


def test_an_arrangement_is_found_by_name_or_folder(tmp_path):
    write_files(shipped("tisa-2014"), tmp_path / "ours")
    assert find_arrangement("tisa-2014") == ("tisa-2014", shipped("tisa-2014"))
    assert find_arrangement(str(tmp_path / "ours")) == (None, shipped("tisa-2014"))
    with pytest.raises(NotFoundError, match="neither shipped"):
        find_arrangement(str(tmp_path / "theirs"))


def test_a_node_joins_once_it_knows_everybody(three):
    base, cards, files = three
    engine, settings = open_engine(base / "KR")
    joined = join(engine, settings, files, [cards["KR"], cards["US"]], {"US": "127.0.0.1:7102"})
    assert (joined.known, joined.missing) == (("US",), ("JP",))
    joined = join(engine, joined.settings, files, [cards["JP"]], {})
    assert (joined.known, joined.missing) == (("US", "JP"), ())
    engine.close()
    assert Settings.read(base / "KR").peers == {"US": "127.0.0.1:7102"}
    engine, _ = open_engine(base / "KR")
    assert engine.books.arrangement.digest == joined.arrangement.digest
    engine.close()


def test_whoever_is_no_neighbour_is_no_peer(three):
    base, cards, files = three
    engine, settings = open_engine(base / "KR")
    with pytest.raises(InputError, match="no pact stands between them") as caught:
        join(engine, settings, files, cards.values(), {"JP": "127.0.0.1:7103"})
    assert "US" in caught.value.hint
    assert engine.books.newest() is None  # the act was rolled back
    engine.close()
    engine, _ = open_engine(base / "KR")
    assert engine.books.newest() is None
    assert Settings.read(base / "KR").peers == {}
    engine.close()


def test_a_card_that_its_root_did_not_sign_is_refused(three, tmp_path):
    base, cards, files = three
    make(tmp_path / "false-us", "US")
    false = (tmp_path / "false-us" / "card.json").read_bytes()
    engine, settings = open_engine(base / "KR")
    with pytest.raises(SignatureError, match="US's root"):
        join(engine, settings, files, [cards["JP"], false], {})
    engine.close()
    engine, _ = open_engine(base / "KR")
    assert not list(engine.books.materials("JP"))
    engine.close()


def test_an_arrangement_that_pins_another_root_is_refused(three, tmp_path):
    base, cards, _ = three
    make(tmp_path / "false-kr")
    roots = {who: roots_in(card)[1] for who, card in cards.items()}
    roots["KR"] = roots_in((tmp_path / "false-kr" / "card.json").read_bytes())[1]
    engine, settings = open_engine(base / "KR")
    with pytest.raises(InputError, match="another root for KR"):
        join(engine, settings, draw_up(shipped("tisa-2014"), roots), [], {})
    engine.close()
