"""The settings: read strictly, written by hand, and never an open API without TLS."""

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.arrangement import parse_arrangement, shipped
from trilogue.errors import InputError, NotFoundError
from trilogue.node.settings import ApiTls, LimitSettings, LogSettings, Settings, parse_address
from trilogue.node.shelf import read_files, write_files

PLAIN = {
    "participant": "KR",
    "of": "tisa-2014",
    "listen": "127.0.0.1:7101",
    "api": "127.0.0.1:7201",
}


def settings(directory, **changes):
    return Settings(directory=directory, **{**PLAIN, **changes})


def write(directory, text):
    (directory / "node.toml").write_text(text, encoding="utf-8")


def test_what_is_written_is_read(tmp_path):
    made = settings(
        tmp_path,
        listen="0.0.0.0:7101",
        api="[2001:db8::7]:7201",
        api_tls=ApiTls(certificate="api/c.pem", key="api/k.pem"),
        peers={"US": "node.example:7102", "JP": "[::1]:7103"},
    )
    made.write()
    assert Settings.read(tmp_path) == made
    assert made.listen_address == ("0.0.0.0", 7101)
    assert made.api_address == ("2001:db8::7", 7201)
    assert made.api_url == "https://[2001:db8::7]:7201"


def test_what_operators_set_is_written_and_read(tmp_path):
    made = settings(
        tmp_path,
        metrics="127.0.0.1:7301",
        traces=True,
        log=LogSettings(format="json", level="debug"),
        limit=LimitSettings(per_second=20.0, burst=100, names={"sensor-feed": 2000.0, "a": 0.5}),
        peers={"US": "127.0.0.1:7102"},
    )
    made.write()
    assert Settings.read(tmp_path) == made
    assert made.metrics_address == ("127.0.0.1", 7301)


def test_whole_numbers_are_rates_too(tmp_path):
    settings(tmp_path).write()
    with (tmp_path / "node.toml").open("a") as file:
        file.write("[limit]\nper_second = 20\nburst = 100\n[limit.names]\nsensor-feed = 2000\n")
    assert Settings.read(tmp_path).limit.names == {"sensor-feed": 2000.0}


@pytest.mark.parametrize("address", ["0.0.0.0:7301", "node.example:7301", "[2001:db8::7]:7301"])
def test_metrics_without_a_token_stay_on_this_machine(tmp_path, address):
    with pytest.raises(InputError, match="asks no token") as caught:
        settings(tmp_path, metrics=address)
    assert "monitor's token" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "[limit]\nper_second = 0\nburst = 1\n",
        "[limit]\nper_second = 1\nburst = 0\n",
        "[limit]\nper_second = 1\n",
        "[limit]\nper_second = nan\nburst = 1\n",
        "[limit]\nper_second = inf\nburst = 1\n",
        '[log]\nformat = "xml"\n',
        '[log]\nlevel = "everything"\n',
        "[log]\ncolour = true\n",
    ],
)
def test_a_limit_or_a_log_that_cannot_be_is_refused(tmp_path, text):
    settings(tmp_path).write()
    with (tmp_path / "node.toml").open("a") as file:
        file.write(text)
    with pytest.raises(InputError, match="does not read"):
        Settings.read(tmp_path)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_quotes(tmp_path_factory, of):
    directory = tmp_path_factory.mktemp("node")
    made = settings(directory, of=of)
    made.write()
    assert Settings.read(directory) == made


def test_the_file_reads_like_its_description(tmp_path):
    settings(tmp_path, peers={"US": "127.0.0.1:7102"}).write()
    assert (tmp_path / "node.toml").read_text() == (
        "# A node of Trilogue: who it is and where it listens."
        " `trilogue node join` adds the peers.\n"
        'participant = "KR"\n'
        'of = "tisa-2014"\n'
        'listen = "127.0.0.1:7101"\n'
        'api = "127.0.0.1:7201"\n'
        "\n"
        "[peers]\n"
        'US = "127.0.0.1:7102"\n'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("participant = 'KR'\n", "missing required field `of`"),
        ("participant = 7\n", "Expected `str`, got `int` - at `$.participant`"),
        ("participant = 'kr'\n", "at `$.participant`"),
        ("participant = 'KR\\n'\n", "at `$.participant`"),
        ("colour = 'red'\n", "unknown field `colour`"),
        ("participant = \n", "Invalid value"),
        ("participant = '\x00'\n", "invalid character"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(tmp_path, text, message):
    write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        Settings.read(tmp_path)
    assert str(tmp_path / "node.toml") in caught.value.message
    assert message in caught.value.message


def test_a_folder_without_settings_is_no_node(tmp_path):
    with pytest.raises(NotFoundError, match="no node in"):
        Settings.read(tmp_path / "nowhere")


@pytest.mark.parametrize("api", ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"])
def test_the_api_may_be_plain_on_this_machine(tmp_path, api):
    made = settings(tmp_path, api=api)
    assert made.api_context() is None
    assert made.api_url == f"http://{api}"


@pytest.mark.threat("T03")
@pytest.mark.parametrize(
    "api", ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "node.example:1", "localhost.example:1"]
)
def test_the_api_leaves_this_machine_only_over_tls(tmp_path, api):
    with pytest.raises(InputError, match="beyond this machine") as caught:
        settings(tmp_path, api=api)
    assert "api_tls" in caught.value.hint
    assert settings(tmp_path, api=api, api_tls=ApiTls(certificate="c", key="k")).api == api


def test_tls_files_that_do_not_load_are_named(tmp_path):
    made = settings(tmp_path, api_tls=ApiTls(certificate="c.pem", key="k.pem"))
    with pytest.raises(InputError, match=r"c\.pem"):
        made.api_context()


@pytest.mark.threat("T19")
def test_the_api_speaks_tls_1_3_alone(tmp_path):
    from trilogue.node.keystore import _new_certificate

    (tmp_path / "both.pem").write_bytes(_new_certificate("kr.example"))
    made = settings(tmp_path, api_tls=ApiTls(certificate="both.pem", key="both.pem"))
    assert made.api_context().minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:",
        ":7101",
        "127.0.0.1:07101",
        "127.0.0.1:+7101",
        "127.0.0.1:65536",
        "127.0.0.1:٣",
        "::1:7101",
        "[127.0.0.1]:7101",
        "a b:7101",
        "user@host:7101",
        "host/path:7101",
        "höst:7101",
    ],
)
def test_addresses_are_host_and_port(text):
    with pytest.raises(InputError, match="listen"):
        parse_address("listen", text)


def test_a_node_is_no_peer_of_its_own(tmp_path):
    with pytest.raises(InputError, match="this node itself"):
        settings(tmp_path).with_peers({"KR": "127.0.0.1:7101"})
    with pytest.raises(InputError, match="port 0"):
        settings(tmp_path).with_peers({"US": "127.0.0.1:0"})


def test_peers_are_added_to_those_there_are(tmp_path):
    made = settings(tmp_path, peers={"US": "a:1", "JP": "b:2"}).with_peers({"US": "c:3"})
    assert made.peers == {"US": "c:3", "JP": "b:2"}


def test_the_template_is_shipped_or_beside_the_settings(tmp_path):
    files = shipped("tisa-2014")
    write_files(files, tmp_path / "template")
    assert settings(tmp_path).template_files() == files
    assert settings(tmp_path, of="./template").template_files() == files
    with pytest.raises(NotFoundError):
        settings(tmp_path, of="./nowhere").template_files()
    with pytest.raises(NotFoundError):
        settings(tmp_path, of="tisa-1984").template_files()


def test_a_shelf_reads_what_was_written_and_passes_nothing_over(tmp_path):
    files = {**shipped("tisa-2014"), "roots/KR.vkeys": b"no key\n"}
    write_files(files, tmp_path)
    (tmp_path / ".hidden").write_bytes(b"")
    assert read_files(tmp_path) == files
    with pytest.raises(InputError, match="is not empty"):
        write_files(files, tmp_path)
    (tmp_path / "notes.txt").write_bytes(b"")
    with pytest.raises(InputError, match=r"no file of an arrangement: notes\.txt"):
        parse_arrangement(read_files(tmp_path))
