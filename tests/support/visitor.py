"""Somebody at the console: signs in, opens pages, sends the forms that stand on them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import httpx
from tests.support.office import Office

__all__ = ["Seen", "Visitor", "look"]


class Seen(HTMLParser):
    """A page as it was sent: its elements, its words, and the fields of its forms."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.status = answer.status_code
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        """All words of the page."""
        return " ".join(self.words)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [attributes for found, attributes in self.elements if found == tag]

    def links(self) -> set[str]:
        """Return where the page leads."""
        return {str(one["href"]) for one in self.all("a")}

    def values(self, name: str) -> list[str]:
        """Return the values that fields or options of a name offer."""
        return [str(one.get("value", "")) for one in self.all("input") if one.get("name") == name]


class Visitor:
    """A role's holder at one node's console, in a language."""

    def __init__(self, office: Office, role: str, lang: str = "en") -> None:
        self.office = office
        self.lang = lang
        self.cookie = ""
        answer = self.send("/sign-in", {"token": office.tokens[role], "to": "/reports"})
        assert answer.status_code == 303, answer.text
        self.cookie = answer.cookies["trilogue-session"]
        office.browser.cookies.clear()

    def ask(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page."""
        return self._request("GET", path, headers)

    def open(self, path: str, status: int = 200) -> Seen:
        """Open a page."""
        seen = Seen(self.ask(path))
        assert seen.status == status, seen.text
        return seen

    def send(self, path: str, fields: dict[str, Any], **headers: str) -> httpx.Response:
        """Send a form as a page of this node would, with whatever fields are given."""
        return self._request("POST", path, {"Origin": "http://testserver.local", **headers}, fields)

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form from a page that this visitor opened."""
        (form, *_) = self.open("/arrangement").values("form")
        return self.send(path, {"form": form, **fields})

    def _request(
        self, method: str, path: str, headers: dict[str, str], data: Any = None
    ) -> httpx.Response:
        cookie = f"trilogue-session={self.cookie}" if self.cookie else ""
        sent = {"Accept-Language": self.lang, **({"Cookie": cookie} if cookie else {}), **headers}
        answer = self.office.browser.request(
            method, path, headers=sent, data=data, follow_redirects=False
        )
        self.office.browser.cookies.clear()
        return answer


def look(answer: httpx.Response) -> Seen:
    """Return an answer as a page."""
    assert re.match("text/html", answer.headers["content-type"])
    return Seen(answer)
