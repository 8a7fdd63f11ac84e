"""Nothing that holds a key, a token or content shows it when it is printed, or when reading fails.

Every class of the package with a field that could hold such a thing is made with a mark in it, and
printed in every way there is.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import traceback
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rich.console
import rich.pretty
from tests.support.trio import Trio

import trilogue
from trilogue.client.connection import Connection
from trilogue.encoding import canonical
from trilogue.errors import InputError, OpeningError, TrilogueError, UnavailableError
from trilogue.node.keystore import Keystore
from trilogue.reports.payloads import PAYLOADS
from trilogue.reports.portion import open_sealed, seal

from .reports.examples import draft

MARK = b"nobody-is-to-see-this"
SECRET = {
    "headers",
    "key",
    "plaintext",
    "header_bytes",
    "token",
    "seed",
    "ed25519",
    "mldsa44",
    "secret",
}
"""Names of fields that hold keys, tokens or content."""
PUBLIC = {
    "trilogue.signing.keys.PublicKey",  # ed25519, mldsa44: the public halves
    "trilogue.signing.passkey",  # key: the public half
    "trilogue.protocol.bodies.ReleasePasskey",
    "trilogue.node.settings.ApiTls",  # key: the path of a file
    "trilogue.console.globe.reel._Group",  # key: names what is drawn
    "trilogue.analysis",  # seed: of a simulation
    "trilogue.cli.demo.flight_record",  # seed: of a simulation
}
HOLDERS = {
    "trilogue.node.handing.Answered",  # headers: a request's carry its token
    "trilogue.node.handing.Asked",
    "trilogue.node.holdings.Holding",
    "trilogue.node.keystore._Seeds",
    "trilogue.node.oidc.attempt.Attempt",
    "trilogue.node.reading.Opening",
    "trilogue.protocol.granting.BundleItem",
    "trilogue.protocol.opening.Opened",
    "trilogue.reports.portion.PortionDraft",
    "trilogue.reports.portion.Sealed",
    "trilogue.sealing.portion.SealedPortion",
}


def classes() -> Iterator[type]:
    """Go through all dataclasses and structs of the package."""
    for module in pkgutil.walk_packages(trilogue.__path__, "trilogue."):
        if module.name.endswith("__main__"):
            continue
        for one in vars(importlib.import_module(module.name)).values():
            if not isinstance(one, type) or one.__module__ != module.name:
                continue
            if dataclasses.is_dataclass(one) or issubclass(one, msgspec.Struct):
                yield one


def fields(kind: type) -> tuple[str, ...]:
    if issubclass(kind, msgspec.Struct):
        return kind.__struct_fields__
    return tuple(field.name for field in dataclasses.fields(kind))


def holders() -> dict[str, type]:
    """Return every class with a field that could hold something secret, by its full name."""
    return {
        name: kind
        for kind in classes()
        if SECRET & set(fields(kind))
        for name in [f"{kind.__module__}.{kind.__qualname__}"]
        if not any(name.startswith(public) for public in PUBLIC)
    }


def filled(kind: type) -> Any:
    """Return an instance with the mark in every field; nothing is checked."""
    if issubclass(kind, msgspec.Struct):
        return kind(**dict.fromkeys(kind.__struct_fields__, MARK))
    made = object.__new__(kind)
    for name in fields(kind):
        object.__setattr__(made, name, MARK)
    return made


def printed(value: object) -> str:
    console = rich.console.Console(file=StringIO(), width=400)
    console.print(rich.pretty.Pretty(value))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    return f"{value!r} {value!s} {value:} {[value]} {shown}"


@pytest.mark.threat("T25")
def test_the_classes_that_hold_secrets_are_known() -> None:
    assert set(holders()) == HOLDERS


@pytest.mark.threat("T25")
@pytest.mark.parametrize("name", sorted(HOLDERS))
def test_what_holds_a_secret_does_not_show_it(name: str) -> None:
    shown = printed(filled(holders()[name]))
    assert MARK.decode() not in shown
    assert name.rpartition(".")[2] in shown


def test_the_mark_shows_where_nothing_hides_it() -> None:
    @dataclasses.dataclass
    class Careless:
        key: bytes

    assert MARK.decode() in printed(Careless(MARK))


def test_secret_keys_show_their_names_alone(tmp_path: Path) -> None:
    store = Keystore(tmp_path / "keys", "KR", "kr.test")
    keys = store.generate()
    for secret, seeds in (
        (store.root(), store.root().seeds()),
        (keys.checkpoint, keys.checkpoint.seeds()),
        (keys.sealing, (keys.sealing.to_bytes(),)),
        (keys, (*keys.checkpoint.seeds(), keys.sealing.to_bytes())),
    ):
        shown = printed(secret)
        for seed in seeds:
            assert seed.hex() not in shown
            assert repr(seed)[2:-1] not in shown


def test_the_password_of_a_store_does_not_show(tmp_path: Path) -> None:
    from trilogue.node.settings import Settings

    url = f"postgresql://kr:{MARK.decode()}@db.example/trilogue"
    settings = Settings(
        directory=tmp_path,
        participant="KR",
        of="tisa-2014",
        listen="127.0.0.1:1",
        api="127.0.0.1:2",
        store=url,
    )
    assert MARK.decode() not in printed(settings)


# Errors.


@pytest.mark.threat("T25")
@pytest.mark.parametrize("spoil", [lambda d: d[:60] + d[70:], lambda d: d + b" ", lambda _: b"{}"])
def test_a_damaged_key_file_is_not_quoted(tmp_path: Path, spoil: Any) -> None:
    store = Keystore(tmp_path / "keys", "KR", "kr.test")
    store.root()
    path = tmp_path / "keys" / "root.json"
    data = path.read_bytes()
    seed = canonical.decode(data)["mldsa44"]
    path.write_bytes(spoil(data))
    with pytest.raises(UnavailableError, match="holds no key") as caught:
        store.root()
    told = "".join(traceback.format_exception(caught.value))
    assert seed[:12] not in told


def test_a_key_in_another_encoding_is_not_quoted(tmp_path: Path) -> None:
    store = Keystore(tmp_path / "keys", "KR", "kr.test")
    store.root()
    path = tmp_path / "keys" / "root.json"
    seeds = canonical.decode(path.read_bytes())
    path.write_bytes(canonical.encode({**seeds, "ed25519": seeds["ed25519"][:-1]}))
    with pytest.raises(UnavailableError) as caught:
        store.root()
    assert seeds["ed25519"][:12] not in "".join(traceback.format_exception(caught.value))


@pytest.mark.threat("T25")
@pytest.mark.parametrize("token", ["a secret\n", "geheim\r\nX: y", "비밀", "with space"])
def test_a_token_that_cannot_be_sent_is_not_quoted(token: str) -> None:
    with pytest.raises(InputError, match="what no token does") as caught:
        Connection("http://127.0.0.1:1", token, seconds=1.0, context=None)
    assert token.strip() not in "".join(traceback.format_exception(caught.value))


@pytest.mark.threat("T25")
@pytest.mark.parametrize(
    "content",
    [
        b'{"language":"en","text":"nobody-is-to-see-this","type":"assessment","x":1}',
        b'{"language":"nobody-is-to-see-this","text":"a","type":"assessment"}',
        b'{"language":"en","text":["nobody-is-to-see-this"],"type":"assessment"}',
        b'{"text":"nobody-is-to-see-this"}',
        b"nobody-is-to-see-this",
        b'{"language":"ko","text":"nobody-is-to-see-this","type":"assessment"}',
    ],
)
def test_content_that_is_no_payload_is_not_quoted_to_anybody(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with it is told to peers, and stands in an incident for ever."""
    monkeypatch.setattr("trilogue.reports.portion.PAYLOADS", {})  # the author's node lets it pass
    sealed = seal(dataclasses.replace(draft(), payload_type="assessment", plaintext=content))
    monkeypatch.undo()
    assert "assessment" in PAYLOADS
    with pytest.raises(OpeningError) as caught:
        open_sealed(sealed.header, sealed.key, sealed.ciphertext)
    told = "".join(traceback.format_exception(caught.value))
    assert MARK.decode() not in told
    assert caught.value.__cause__ is None


@pytest.mark.threat("T25")
def test_a_header_that_is_none_is_not_quoted_in_an_incident(
    trio: Trio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KR's node seals something else where a header belongs; JP and US say so, and no more."""
    from trilogue.node import desk
    from trilogue.protocol import granting

    real = granting.seal_boxes

    def careless(grant: Any, bundle: Any, *args: Any, **fields: Any) -> Any:
        spoilt = tuple(
            granting.BundleItem(header=b'{"' + MARK + b'":1}', key=item.key) for item in bundle
        )
        return real(grant, spoilt, *args, **fields)

    monkeypatch.setattr(desk, "seal_boxes", careless, raising=False)
    monkeypatch.setattr("trilogue.node.authoring.seal_boxes", careless, raising=False)
    trio.grant(trio.file("KR"))
    failures = trio.settle()
    assert failures
    said = [*failures, *(one.body for one in trio.faults())]
    assert MARK.decode() not in str(said)


def test_no_error_of_ours_hides_what_is_wrong() -> None:
    """Errors say the rule and the way out; only secrets are kept out of them."""
    error = InputError("listen: 'x' is no address", hint="write HOST:PORT")
    assert str(error) == "listen: 'x' is no address (write HOST:PORT)"
    assert isinstance(error, TrilogueError)
