"""The settings of a node: who it is and where it listens. One file, `node.toml`, in its directory.

    participant = "KR"
    of = "tisa-2014"
    listen = "127.0.0.1:7101"
    api = "127.0.0.1:7201"

    [peers]
    US = "127.0.0.1:7102"

`of` names the arrangement as it ships, or, when it begins with `./`, a folder beside this file.
`listen` is where neighbours deliver; `api` is where the participant's own people ask. `peers` are
the neighbours' `listen` addresses as this node reaches them. Beyond loopback the API takes bearer
tokens over TLS alone, so it then needs

    [api_tls]
    certificate = "api/certificate.pem"
    key = "api/key.pem"

`console = "https://console.kr.example"` is where people's browsers reach the API's address, when it
is by another: passkeys are made for its host, and a browser makes none for a bare address. By
default it is the API's own, and `localhost` on this machine.

The store is the file `store.sqlite` in the directory, unless

    store = "postgresql://kr@db.example/trilogue?schema=kr"

or the environment's `TRILOGUE_STORE`, which goes before it, names one in PostgreSQL. Without
`schema` it is the participant's name in small letters.

`metrics = "127.0.0.1:7301"` opens a port of its own on which a monitor on this machine reads the
node's metrics without a token; it is never opened beyond loopback. The API gives the same metrics
to a token in the role `monitor`.

`traces = true` sends OpenTelemetry traces where the `OTEL_*` variables say: see
`trilogue.node.tracing`.

What the node writes to standard error are lines for people, of level `info`, unless it says

    [log]
    format = "json"
    level = "warning"

How often the holder of one token may ask the API is not limited, unless it says so:

    [limit]
    per_second = 20
    burst = 100

    [limit.names]
    sensor-feed = 2000

People sign in at the console with tokens, and through an OpenID Connect provider where `[oidc]`
says so: see `trilogue.node.oidc.settings`.

An unknown key, a missing key or a value of another type is refused.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from trilogue.arrangement.files import shipped
from trilogue.errors import InputError, NotFoundError
from trilogue.node.logs import Format, Level
from trilogue.node.loopback import is_loopback
from trilogue.node.oidc.settings import OidcSettings, merge
from trilogue.node.relying import is_console
from trilogue.node.shelf import read_files

if TYPE_CHECKING:
    from trilogue.node.oidc.sign_on import SignOn

__all__ = [
    "STORE_VARIABLE",
    "ApiTls",
    "LimitSettings",
    "LogSettings",
    "Settings",
    "parse_address",
]

FILE = "node.toml"
STORE = "store.sqlite"
STORE_VARIABLE = "TRILOGUE_STORE"
QUEUE_VARIABLE = "TRILOGUE_QUEUE"

_TITLE = (
    "# A node of Trilogue: who it is and where it listens. `trilogue node join` adds the peers.\n"
)
_LAST_PORT = 65535


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: what is not known here is refused."""


class ApiTls(_Table, frozen=True, kw_only=True):
    """PEM files for the API's own TLS, relative to the node's directory."""

    certificate: str
    key: str


class LogSettings(_Table, frozen=True, kw_only=True):
    """What the node writes to standard error: see `trilogue.node.logs`."""

    format: Format = "text"
    level: Level = "info"


Rate = Annotated[float, msgspec.Meta(gt=0, le=1e6)]
"""Requests a second."""


class LimitSettings(_Table, frozen=True, kw_only=True):
    """How often one token may ask: see `trilogue.api.limit`. `names` have rates of their own."""

    per_second: Rate
    burst: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    names: dict[str, Rate] = {}


class _File(_Table, frozen=True, kw_only=True):
    """`node.toml` as it stands."""

    participant: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,8}\Z")]
    of: str
    listen: str
    api: str
    console: str | None = None
    store: str | None = None
    metrics: str | None = None
    traces: bool = False
    api_tls: ApiTls | None = None
    log: LogSettings = LogSettings()
    limit: LimitSettings | None = None
    oidc: OidcSettings | None = None
    peers: dict[str, str] = {}


class Settings(_File, frozen=True, kw_only=True):
    """The settings of the node in `directory`. Raises `InputError` when they do not fit."""

    directory: Path

    def __repr__(self) -> str:
        return (
            f"Settings({self.participant!r}, {str(self.directory)!r})"  # a URL may hold a password
        )

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show as little to rich."""
        return [("participant", self.participant)]

    def __post_init__(self) -> None:
        """Check what only the fields together show."""
        parse_address("listen", self.listen)
        host, _ = parse_address("api", self.api)
        if self.api_tls is None and not is_loopback(host):
            raise InputError(
                f"api: {self.api!r} is beyond this machine, and the API has no TLS",
                hint="bind it to 127.0.0.1, or add [api_tls] with certificate and key",
            )
        if self.console is not None and not is_console(self.console):
            raise InputError(
                f"console: {self.console!r} is no address at which browsers make passkeys",
                hint="write https://HOST or https://HOST:PORT with a host name, or"
                " http://localhost:PORT",
            )
        if self.store is not None and not _is_postgresql(self.store):
            raise InputError(
                "store is no PostgreSQL URL",
                hint="write postgresql://USER@HOST/DATABASE, or leave it out for a file",
            )
        if self.metrics is not None and not is_loopback(parse_address("metrics", self.metrics)[0]):
            raise InputError(
                f"metrics: {self.metrics!r} is beyond this machine, and its port asks no token",
                hint="bind it to 127.0.0.1, or read the API's /metrics with a monitor's token",
            )
        for name, location in self.peers.items():
            _, port = parse_address(f"peers.{name}", location)
            if name == self.participant:
                raise InputError(f"peers: {name} is this node itself")
            if port == 0:
                raise InputError(f"peers.{name}: {location!r}: nobody is reached at port 0")

    @classmethod
    def read(cls, directory: Path) -> Settings:
        """Read the settings of a node's directory. Raises `NotFoundError` or `InputError`."""
        path = directory / FILE
        try:
            given = msgspec.toml.decode(path.read_bytes(), type=_File, strict=True)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFoundError(
                f"no node in {directory}: {path} does not exist",
                hint="`trilogue node init` makes one",
            ) from None
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise InputError(f"{path} does not read: {error}") from error
        try:
            return cls(directory=directory, **msgspec.structs.asdict(given))
        except InputError as error:
            raise InputError(f"{path}: {error.message}", hint=error.hint) from error

    def text(self) -> str:
        """Return `node.toml` as it is written."""
        lines = [
            f"{key} = {_quote(getattr(self, key))}"
            for key in ("participant", "of", "listen", "api", "console", "metrics", "store")
            if getattr(self, key) is not None
        ]
        if self.traces:
            lines += ["traces = true"]
        if self.api_tls is not None:
            lines += ["", "[api_tls]"]
            lines += [
                f"{key} = {_quote(getattr(self.api_tls, key))}" for key in ("certificate", "key")
            ]
        if self.log != LogSettings():
            lines += ["", "[log]"]
            lines += [f"{key} = {_quote(getattr(self.log, key))}" for key in ("format", "level")]
        if self.limit is not None:
            lines += ["", "[limit]", f"per_second = {self.limit.per_second!r}"]
            lines += [f"burst = {self.limit.burst}"]
            if self.limit.names:
                lines += ["", "[limit.names]"]
                lines += [
                    f"{_quote(name)} = {rate!r}" for name, rate in sorted(self.limit.names.items())
                ]
        if self.oidc is not None:
            lines += _oidc_lines(self.oidc)
        if self.peers:
            lines += ["", "[peers]"]
            lines += [f"{name} = {_quote(place)}" for name, place in sorted(self.peers.items())]
        return _TITLE + "\n".join(lines) + "\n"

    def write(self) -> None:
        """Write the settings into their directory: whole, then renamed into place."""
        path = self.directory / FILE
        temporary = path.with_name(FILE + ".new")
        temporary.write_text(self.text(), encoding="utf-8")
        temporary.replace(path)

    def at(self, listen: str | None, api: str | None) -> Settings:
        """Return the settings of one process of several, with addresses of its own."""
        return msgspec.structs.replace(self, listen=listen or self.listen, api=api or self.api)

    def with_peers(self, peers: Mapping[str, str]) -> Settings:
        """Return the settings with these neighbours' addresses added or changed."""
        return msgspec.structs.replace(self, peers={**self.peers, **peers})

    def template_files(self) -> dict[str, bytes]:
        """Return the files of the arrangement that the node was made for, without roots.

        Raises `NotFoundError` when it is not there.
        """
        if self.of.startswith("./"):
            return read_files(self.directory / self.of)
        return shipped(self.of)

    @property
    def store_location(self) -> str:
        """Where the store is: a file's path, or a PostgreSQL URL with its schema.

        Raises `InputError` for an environment that names something else.
        """
        url = os.environ.get(STORE_VARIABLE) or self.store
        if url is None:
            return str(self.directory / STORE)
        if not _is_postgresql(url):
            raise InputError(
                f"{STORE_VARIABLE} is no PostgreSQL URL",
                hint="write postgresql://USER@HOST/DATABASE, or unset it for a file",
            )
        base, _, query = url.partition("?")
        if not any(pair.startswith("schema=") for pair in query.split("&")):
            query = "&".join(filter(None, (query, f"schema={self.participant.lower()}")))
        return f"{base}?{query}"

    @property
    def queue(self) -> str | None:
        """The queue between the node's processes, as the environment says. Raises `InputError`."""
        url = os.environ.get(QUEUE_VARIABLE) or None
        if url is not None and not url.startswith(("nats://", "tls://")):
            raise InputError(
                f"{QUEUE_VARIABLE} is no NATS URL", hint="write nats://HOST:4222, or unset it"
            )
        return url

    def open_sign_on(self) -> SignOn | None:
        """Return the way through a provider, as file and environment say, or None without one.

        Raises `InputError` when they do not fit, or ask for what is not there.
        """
        oidc = merge(self.oidc, os.environ)
        if oidc is None:
            return None
        from trilogue.node.oidc.sign_on import open_sign_on

        host, port = self.api_address
        if oidc.address is None and (port == 0 or host in ("0.0.0.0", "::")):  # noqa: S104
            raise InputError(
                f"oidc.address is not set, and {self.api!r} is no address that a browser goes to",
                hint="write scheme, host and port of the pages: https://console.example",
            )
        return open_sign_on(oidc, self.directory, oidc.address or self.api_url)

    @property
    def shares_store(self) -> bool:
        """Whether processes of several hosts may have the store open."""
        return _is_postgresql(self.store_location)

    @property
    def listen_address(self) -> tuple[str, int]:
        """Host and port at which neighbours deliver."""
        return parse_address("listen", self.listen)

    @property
    def metrics_address(self) -> tuple[str, int]:
        """Host and port of the metrics' own port, where there is one."""
        assert self.metrics is not None
        return parse_address("metrics", self.metrics)

    @property
    def api_address(self) -> tuple[str, int]:
        """Host and port of the API."""
        return parse_address("api", self.api)

    @property
    def api_url(self) -> str:
        """The API's address as its clients write it."""
        return f"{'http' if self.api_tls is None else 'https'}://{self.api}"

    @property
    def console_url(self) -> str | None:
        """Where people's browsers open the console, by a host name; None when it has none."""
        if self.console is not None:
            return self.console
        host, port = self.api_address
        if is_loopback(host):
            host = "localhost"
        scheme, usual = self.api_url.partition("://")[0], 443 if self.api_tls else 80
        url = f"{scheme}://{host}" + (f":{port}" if port != usual else "")
        return url if is_console(url) else None

    def api_context(self) -> ssl.SSLContext | None:
        """Return the API's TLS, 1.3 alone, or None for plain HTTP. Raises `InputError`."""
        if self.api_tls is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        certificate, key = (
            self.directory / self.api_tls.certificate,
            self.directory / self.api_tls.key,
        )
        try:
            context.load_cert_chain(certificate, key)
        except OSError as error:  # ssl.SSLError is one
            raise InputError(f"api_tls: {certificate} and {key} do not load: {error}") from error
        return context

    def api_trust(self) -> ssl.SSLContext | None:
        """Return what a worker trusts at the API: that certificate alone, whatever it is named."""
        if self.api_tls is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        certificate = self.directory / self.api_tls.certificate
        try:
            context.load_verify_locations(certificate)
        except OSError as error:
            raise InputError(f"api_tls: {certificate} does not load: {error}") from error
        return context


def parse_address(name: str, text: str) -> tuple[str, int]:
    """Read `HOST:PORT` or `[IPv6]:PORT`; `name` is the setting it stands for.

    Port 0 lets the system choose. Raises `InputError`.

    >>> parse_address("api", "127.0.0.1:7201"), parse_address("api", "[::1]:7201")
    (('127.0.0.1', 7201), ('::1', 7201))
    """
    host, _, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    # Python refuses to read very long numbers with an error of its own.
    digits = port.isascii() and port.isdigit() and len(port) <= 5 and str(int(port)) == port
    if not host or not digits or int(port) > _LAST_PORT or (":" in host) is not bracketed:
        raise InputError(
            f"{name}: {text!r} is no address", hint="write HOST:PORT, such as 127.0.0.1:7201"
        )
    if any(char.isspace() or char in '/@?#"\\' for char in host) or not host.isascii():
        raise InputError(f"{name}: {text!r}: {host!r} is no host")
    return host, int(port)


def _is_postgresql(url: str) -> bool:
    return url.startswith(("postgresql://", "postgres://"))


def _oidc_lines(oidc: OidcSettings) -> list[str]:
    """Return `[oidc]` as it is written."""
    told = msgspec.to_builtins(oidc)
    values = told.pop("values")
    lines = ["", "[oidc]"]
    for key, value in told.items():
        match value:
            case None:
                pass
            case float():
                lines.append(f"{key} = {value!r}")
            case str():
                lines.append(f"{key} = {_quote(value)}")
            case _:
                lines.append(f"{key} = [{', '.join(map(_quote, value))}]")
    lines += ["", "[oidc.values]"]
    return lines + [
        f"{_quote(value)} = [{', '.join(map(_quote, roles))}]" for value, roles in values.items()
    ]


def _quote(text: str) -> str:
    """Return a TOML basic string."""
    escaped = "".join(
        f"\\u{ord(char):04x}" if char < " " or char == "\x7f" else char
        for char in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'
