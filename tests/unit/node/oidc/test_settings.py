"""What `[oidc]` and the environment say: read strictly, and never a provider asked in clear."""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.provider import SETTINGS

from trilogue.errors import InputError
from trilogue.node.oidc import sign_on
from trilogue.node.oidc.settings import OidcSettings, merge
from trilogue.node.oidc.sign_on import open_sign_on
from trilogue.node.settings import Settings

TABLE = """
[oidc]
issuer = "https://login.example/realms/kr"
client_id = "trilogue-kr"
name = "preferred_username"
roles = "groups"

[oidc.values]
kr-analysts = ["analyst"]
"kr release" = ["analyst", "release-officer"]
"""
NODE = 'participant = "KR"\nof = "tisa-2014"\nlisten = "127.0.0.1:7101"\napi = "127.0.0.1:7201"\n'
WHOLE = {
    "TRILOGUE_OIDC_ISSUER": "https://login.example/realms/kr",
    "TRILOGUE_OIDC_CLIENT_ID": "trilogue-kr",
    "TRILOGUE_OIDC_NAME": "preferred_username",
    "TRILOGUE_OIDC_ROLES": "groups",
    "TRILOGUE_OIDC_VALUES": "kr-analysts=analyst, kr release=analyst+release-officer",
}


def read(directory: Path, text: str = TABLE) -> Settings:
    (directory / "node.toml").write_text(NODE + text, encoding="utf-8")
    return Settings.read(directory)


def test_the_file_says_it_and_is_written_as_it_was_read(tmp_path: Path) -> None:
    settings = read(tmp_path, TABLE.replace("[oidc]\n", '[oidc]\nscopes = ["a", "b"]\nhours = 8\n'))
    assert settings.oidc is not None
    assert settings.oidc.values["kr release"] == ("analyst", "release-officer")
    assert (settings.oidc.scopes, settings.oidc.hours) == (("a", "b"), 8.0)
    settings.write()
    assert Settings.read(tmp_path) == settings


def test_the_environment_alone_says_as_much_as_the_file(tmp_path: Path) -> None:
    assert merge(None, WHOLE) == read(tmp_path).oidc


def test_the_environment_goes_before_the_file_name_by_name(tmp_path: Path) -> None:
    table = read(tmp_path).oidc
    found = merge(
        table, {"TRILOGUE_OIDC_HOURS": "2.5", "TRILOGUE_OIDC_SCOPES": "email groups", "PATH": "/"}
    )
    assert found is not None
    assert (found.hours, found.scopes, found.values) == (2.5, ("email", "groups"), table.values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ISSUER": "http://login.example"}, "in clear"),
        ({"ISSUER": "http://localhost.login.example"}, "in clear"),
        ({"ISSUER": "ftp://login.example"}, "in clear"),
        ({"ISSUER": "login.example"}, "no URL"),
        ({"ISSUER": "https://"}, "no URL"),
        ({"ISSUER": "https://user:secret@login.example"}, "no URL"),
        ({"ISSUER": "https://login.example/?realm=kr"}, "no URL"),
        ({"ISSUER": "https://login.example/#kr"}, "no URL"),
        ({"ISSUER": "https://login.example:x"}, "no URL"),
        ({"ISSUER": "https://login example"}, "no URL"),
        ({"ADDRESS": "https://console.example/pages"}, "has a path"),
        ({"ADDRESS": "http://console.example"}, "in clear"),
        ({"VALUES": "kr-analysts"}, "Invalid enum value"),
        ({"VALUES": "kr-analysts=monitor"}, "Invalid enum value 'monitor'"),
        ({"VALUES": "=analyst"}, "Expected `str` of length >= 1"),
        ({"HOURS": "13"}, "<= 12"),
        ({"HOURS": "0"}, "> 0"),
        ({"SCOPES": 'a"b'}, "no scope"),
        ({"CLIENT": "trilogue-kr"}, "unknown field `client`"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, str], said: str) -> None:
    given = {**WHOLE, **{f"TRILOGUE_OIDC_{name}": text for name, text in change.items()}}
    with pytest.raises(InputError) as caught:
        merge(None, given)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_that_decides_who_gets_in_is_guessed(name: str) -> None:
    given = {key: text for key, text in WHOLE.items() if key != name}
    with pytest.raises(InputError, match="missing required field"):
        merge(None, given)


def test_a_table_of_values_without_any_lets_nobody_in(tmp_path: Path) -> None:
    text = TABLE.partition("[oidc.values]")[0]
    with pytest.raises(InputError, match="without a role"):
        read(tmp_path, text + "[oidc.values]\n")
    with pytest.raises(InputError, match="without a role"):
        read(tmp_path, text + "[oidc.values]\nkr-analysts = []\n")


def test_without_settings_there_is_no_way_and_with_them_one(tmp_path: Path) -> None:
    assert read(tmp_path, "").open_sign_on() is None
    way = read(tmp_path).open_sign_on()
    assert way is not None
    assert way.back == "http://127.0.0.1:7201/sign-on/return"
    named = TABLE.replace("[oidc]\n", '[oidc]\naddress = "https://console.example"\n')
    assert read(tmp_path, named).open_sign_on().back == "https://console.example/sign-on/return"


def test_where_browsers_come_back_to_is_an_address(tmp_path: Path) -> None:
    settings = read(tmp_path).at(None, "127.0.0.1:0")
    with pytest.raises(InputError, match=r"oidc.address is not set"):
        settings.open_sign_on()


def secret_file(directory: Path, text: str, mode: int = 0o600) -> OidcSettings:
    (directory / "secret").write_text(text, encoding="utf-8")
    (directory / "secret").chmod(mode)
    return merge(SETTINGS, {"TRILOGUE_OIDC_CLIENT_SECRET": "secret"})


def test_the_secret_is_its_files_and_its_owners_alone(tmp_path: Path) -> None:
    way = open_sign_on(secret_file(tmp_path, "of two+parts=\n".replace(" ", "-")), tmp_path, "")
    assert way._secret == "of-two+parts="
    with pytest.raises(InputError, match="others on this machine may read"):
        open_sign_on(secret_file(tmp_path, "secret", 0o640), tmp_path, "")


@pytest.mark.parametrize("text", ["", "\n", "two words", "é"])
def test_a_file_that_holds_no_secret_is_refused_without_its_words(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(InputError, match=r"oidc\.client_secret") as caught:
        open_sign_on(secret_file(tmp_path, text), tmp_path, "")
    assert "words" not in str(caught.value)


def test_what_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="does not read"):
        open_sign_on(merge(SETTINGS, {"TRILOGUE_OIDC_CLIENT_SECRET": "secret"}), tmp_path, "")
    with pytest.raises(InputError, match="does not load"):
        open_sign_on(merge(SETTINGS, {"TRILOGUE_OIDC_AUTHORITY": "ca.pem"}), tmp_path, "")
    monkeypatch.setattr(sign_on, "find_spec", lambda _: None)
    with pytest.raises(InputError) as caught:
        open_sign_on(SETTINGS, tmp_path, "")
    assert "trilogue[oidc]" in caught.value.hint


def test_a_provider_is_verified_by_name_over_tls(tmp_path: Path) -> None:
    context = open_sign_on(SETTINGS, tmp_path, "")._fetch._context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_what_verifies_tokens_is_not_loaded_before_somebody_signs_in(tmp_path: Path) -> None:
    read(tmp_path)
    code = (
        "import sys, pathlib; from trilogue.node.settings import Settings;"
        "Settings.read(pathlib.Path(sys.argv[1])).open_sign_on();"
        "import trilogue.console; print('jwt' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
