"""A real OpenID Connect provider (Canaille), as a process of its own, with people and a client.

    with identity_provider("http://127.0.0.1:7201/sign-on/return") as issuer:
        …

Run as a program it is that process: `python -m tests.support.identity_provider PORT REDIRECT`.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.stores import free_ports

CLIENT = "trilogue-kr"
SECRET = "correct+horse battery".replace(" ", "-")
PASSWORD = "a long enough password"
PEOPLE = {"kim-ju": ("kr-release",), "lee-min": ("kr-analysts",), "park-so": ()}
"""Who may sign in there, and the groups of each."""
PATIENCE = 60.0


@contextmanager
def identity_provider(redirect: str, log: Path, algorithm: str = "RS256") -> Iterator[str]:
    """Run a provider that sends people back there; yield its issuer."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "tests.support.identity_provider", str(port), redirect]
    with log.open("wb") as stderr:
        process = subprocess.Popen([*command, algorithm], stdout=stderr, stderr=stderr)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None, log.read_text("utf-8", "replace")
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                assert time.monotonic() < end, log.read_text("utf-8", "replace")
                time.sleep(0.1)
            else:
                break
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def main(port: str, redirect: str, algorithm: str) -> None:
    """Serve until somebody ends the process."""
    import uvicorn
    from canaille import create_app
    from canaille.app import models
    from canaille.backends import Backend

    application = create_app(
        {
            "SECRET_KEY": "of a provider that lives for one test",
            "CANAILLE": {"DATABASE": "memory", "FORCE_HTTPS": False},
            "CANAILLE_OIDC": {
                "USERINFO_MAPPING": {"PREFERRED_USERNAME": "{{ user.user_name }}"},
            },
        }
    )
    with application.app_context():
        backend = Backend.instance
        members: dict[str, list[object]] = {}
        for name, groups in PEOPLE.items():
            person = models.User(
                user_name=name,
                formatted_name=name,
                family_name=name,
                emails=[f"{name}@kr.example"],
                password=PASSWORD,
            )
            backend.save(person)
            for group in groups:
                members.setdefault(group, []).append(person)
        for group, people in members.items():
            backend.save(models.Group(display_name=group, members=people))
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_name="Trilogue",
            client_uri="http://127.0.0.1",
            redirect_uris=[redirect],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile", "groups"],
            token_endpoint_auth_method="client_secret_basic",
            id_token_signed_response_alg=algorithm,
        )
        backend.save(client)
        client.audience = [client]
        backend.save(client)
    uvicorn.run(application, interface="wsgi", host="127.0.0.1", port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
