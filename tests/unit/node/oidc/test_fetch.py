"""Questions to a provider: bounded in size and time, never redirected, and only where it may be."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from trilogue.errors import UnavailableError
from trilogue.node.oidc import fetch
from trilogue.node.oidc.fetch import MOST_BYTES, HttpFetch, trust

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def ask(handler: Handler, form: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Ask a server that answers so."""

    async def main() -> tuple[int, bytes]:
        application = web.Application()
        application.router.add_route("*", "/{any:.*}", handler)
        runner = web.AppRunner(application)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0]
            return await HttpFetch(trust(None))(f"http://{host}:{port}/what", form)
        finally:
            await runner.cleanup()

    return asyncio.run(main())


def test_a_form_is_sent_and_what_comes_back_is_read() -> None:
    async def echo(request: web.Request) -> web.Response:
        form = dict(await request.post())
        return web.json_response({**form, "cookies": len(request.cookies)}, status=400)

    status, body = ask(echo, {"code": "a+b c", "état": "é"})
    assert status == 400
    assert body == b'{"code": "a+b c", "\\u00e9tat": "\\u00e9", "cookies": 0}'


def test_an_answer_as_large_as_may_be_is_read_and_a_larger_one_is_not() -> None:
    async def large(request: web.Request) -> web.Response:
        return web.Response(body=bytes(MOST_BYTES + int("more" in await request.post())))

    assert len(ask(large, {})[1]) == MOST_BYTES
    with pytest.raises(UnavailableError, match="more than"):
        ask(large, {"more": ""})


def test_an_endless_answer_is_given_up() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(1 << 16))

    with pytest.raises(UnavailableError, match="more than"):
        ask(endless)


def test_a_packed_answer_counts_as_large_as_it_unpacks() -> None:
    async def packed(_: web.Request) -> web.Response:
        response = web.Response(body=bytes(MOST_BYTES * 40))
        response.enable_compression(web.ContentCoding.gzip)
        return response

    with pytest.raises(UnavailableError):
        ask(packed)


def test_silence_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.2)

    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return web.Response()

    with pytest.raises(UnavailableError, match="does not answer: TimeoutError") as caught:
        ask(silent)
    assert "what" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 403, 404, 500, 503])
def test_no_redirect_is_followed_and_no_other_status_read(status: int) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(UnavailableError, match=f"status {status}"):
        ask(elsewhere)


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "url", ["http://login.example/keys", "file:///etc/passwd", "https://a@b.example/", "http://[::"]
)
def test_nobody_is_asked_in_clear_or_by_another_scheme(url: str) -> None:
    with pytest.raises(UnavailableError, match="address"):
        asyncio.run(HttpFetch(trust(None))(url))


def test_whoever_is_not_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError, match="does not answer"):
        asyncio.run(HttpFetch(trust(None))("http://127.0.0.1:9/keys"))


def certified(directory: Path, address: str) -> Path:
    """Write a key with its own certificate for an address; return where."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
        .sign(key, SHA256())
    )
    path = directory / "provider.pem"
    encoding = serialization.Encoding.PEM
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(encoding, *form) + certificate.public_bytes(encoding))
    return path


async def keys(_: web.Request) -> web.Response:
    return web.json_response({})


def ask_over_tls(pem: Path, authority: Path | None) -> int:
    async def main() -> int:
        application = web.Application()
        application.router.add_get("/keys", keys)
        runner = web.AppRunner(application)
        await runner.setup()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        try:
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
            _, port = runner.addresses[0]
            return (await HttpFetch(trust(authority))(f"https://127.0.0.1:{port}/keys"))[0]
        finally:
            await runner.cleanup()

    return asyncio.run(main())


@pytest.mark.threat("T30")
def test_a_provider_is_believed_by_its_authority_and_its_name_alone(tmp_path: Path) -> None:
    own = certified(tmp_path, "127.0.0.1")
    assert ask_over_tls(own, own) == 200
    with pytest.raises(UnavailableError, match="Certificate"):
        ask_over_tls(own, None)
    another = certified(tmp_path, "127.0.0.2")
    with pytest.raises(UnavailableError, match="Certificate"):
        ask_over_tls(another, another)
