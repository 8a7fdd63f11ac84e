"""Redact: remove fields and spans of text, and say so in the content and in the header.

Redaction takes away; it writes nothing new. A version that reads well without its sources is a
tearline, and is written.

A field is named by its path in the payload, as error messages name it: `position`,
`arrivals[3]`, `yield_estimate`. An item of a list is taken out; any other field becomes null, and
must be one that may be null. A span of text is (first, last + 1) in code points, and is replaced
by a mark of constant length, so that nothing is told by how much is missing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from trilogue.encoding import canonical
from trilogue.errors import InputError
from trilogue.reports.header import Redacted
from trilogue.reports.payloads import PAYLOADS, Payload, encode_payload, parse_payload, payload_type
from trilogue.reports.portion import PortionDraft

__all__ = ["MARKS", "redact", "redact_payload"]

MARKS = {"en": "[redacted]", "ko": "[삭제]", "ja": "[削除]"}
"""What stands for a removed span, in the language of the text."""

Span = tuple[int, int]

_GONE = object()

_STEP = re.compile(r"(?:^|\.)([a-z_]+)|\[(0|[1-9][0-9]*)\]")


def redact(
    draft: PortionDraft,
    *,
    fields: Iterable[str] = (),
    spans: Mapping[str, Iterable[Span]] | None = None,
    of: str | None = None,
) -> PortionDraft:
    """Return the draft without some fields and spans of its content.

    `of` is the digest of the whole portion, if that is sealed too. The header's own fields
    (place, period) are not touched. Raises `InputError`.
    """
    if draft.redacted is not None:
        raise InputError("the portion is redacted already", hint="start from the whole one")
    payload, done = redact_payload(
        parse_payload(draft.payload_type, draft.plaintext), fields=fields, spans=spans, of=of
    )
    return replace(draft, plaintext=encode_payload(payload), redacted=done)


def redact_payload(
    payload: Payload,
    *,
    fields: Iterable[str] = (),
    spans: Mapping[str, Iterable[Span]] | None = None,
    of: str | None = None,
) -> tuple[Payload, Redacted]:
    """Return the payload without some fields and spans, and the statement of what was removed.

    Raises `InputError` for a path that leads nowhere, a field that must stand, a span outside
    its text, or nothing to remove.
    """
    paths = sorted(set(fields))
    tree = canonical.loads(encode_payload(payload))
    mark = MARKS[getattr(payload, "language", "en")]
    count = 0
    for path, given in sorted((spans or {}).items()):
        parent, key = _find(tree, path)
        ordered = sorted(given)
        parent[key] = _cut(path, parent[key], ordered, mark)
        count += len(ordered)
    places = [_find(tree, path) for path in paths]
    if not places and not count:
        raise InputError("nothing to redact", hint="name a field or a span of text")
    for parent, key in places:
        parent[key] = None if isinstance(parent, dict) else _GONE
    # Items leave their lists when all are known, so that every index is that of the whole.
    for parent, _ in places:
        if isinstance(parent, list):
            parent[:] = [item for item in parent if item is not _GONE]
    try:
        rest = msgspec.convert(tree, PAYLOADS[payload_type(payload)])
    except msgspec.ValidationError as error:
        raise InputError(
            f"what is left is no {payload_type(payload)} payload: {error}",
            hint="redact the list item or the group that holds the field, or write a tearline",
        ) from error
    return rest, Redacted(of=of, fields=tuple(paths), spans=count)


def _find(tree: Any, path: str) -> tuple[Any, Any]:
    """Return the container and the key at which a path ends; the value there is not null."""
    steps = list(_STEP.finditer(path))
    if not steps or "".join(step.group() for step in steps) != path:
        raise InputError(f"not a path such as arrivals[3].snr: {path!r}")
    container, key, value = None, None, tree
    for step in steps:
        container, key = value, step.group(1) or int(step.group(2))
        value = _member(container, key)
        if value is None:
            raise InputError(f"the payload has nothing at {path!r}")
    if key == "type" and container is tree:
        raise InputError("the type of a payload is no part of its content")
    return container, key


def _member(container: Any, key: str | int) -> Any:
    if isinstance(container, dict):
        return container.get(key)
    if isinstance(container, list) and isinstance(key, int) and key < len(container):
        return container[key]
    return None


def _cut(path: str, text: Any, spans: list[Span], mark: str) -> str:
    """Return `text` with each span replaced by `mark`. Spans are sorted."""
    if not isinstance(text, str):
        raise InputError(f"{path}: only text has spans", hint="name it as a field")
    pieces, end = [], 0
    for first, last in spans:
        if not end <= first < last <= len(text):
            raise InputError(
                f"{path}: span ({first}, {last}) does not lie in {end} to {len(text)}",
                hint="spans may not be empty or overlap",
            )
        pieces += [text[end:first], mark]
        end = last
    return "".join([*pieces, text[end:]])
