"""The payload types by their identifiers, and the one way to read and to write them.

A payload is sorted JSON in which finite floats may stand (`trilogue.encoding.canonical`). Its
first member on reading is `type`, which must be the type that the portion's header names.
"""

import inspect
import re
from typing import Any

import msgspec

from trilogue.encoding import canonical
from trilogue.errors import FormatError, InputError
from trilogue.reports.payloads.arrivals import SeismicArrivals
from trilogue.reports.payloads.assessment import Assessment
from trilogue.reports.payloads.event import SeismicEvent
from trilogue.reports.payloads.finding import Finding
from trilogue.reports.payloads.launch import Launch
from trilogue.reports.payloads.plots import Plots
from trilogue.reports.payloads.site import SiteActivity
from trilogue.reports.payloads.track import Track

__all__ = [
    "PAYLOADS",
    "Payload",
    "encode_payload",
    "json_schema",
    "parse_payload",
    "payload_type",
    "read_payload",
    "shape_payload",
]

Payload = (
    SeismicArrivals | SeismicEvent | Plots | Track | Launch | SiteActivity | Assessment | Finding
)

PAYLOADS: dict[str, type[Payload]] = {
    "seismic-arrivals": SeismicArrivals,
    "seismic-event": SeismicEvent,
    "plots": Plots,
    "track": Track,
    "launch": Launch,
    "site-activity": SiteActivity,
    "assessment": Assessment,
    "finding": Finding,
}
"""Identifier to struct. A changed meaning is a new identifier; an old one is never reused."""


def payload_type(payload: Payload) -> str:
    """Return the identifier of a payload's type."""
    tag = payload.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def parse_payload(type_id: str, data: bytes, *, quote: bool = True) -> Payload:
    """Read the plaintext of a portion as the type that its header names.

    The plaintext is authentic once `open_sealed` compared it with the header's commitment; what
    is checked here is that it is well formed. Raises `FormatError`, which names the field, the
    value that stands there and the rule; without `quote` it says nothing of what the content holds.
    """
    struct = _struct(type_id)
    try:
        return canonical.decode_payload(data, struct)
    except FormatError as error:
        if quote or error.__cause__ is None:  # only its spelling is wrong
            raise FormatError(_explain(error, data)) from error
        raise FormatError("it has another shape") from None
    except (ValueError, TypeError) as error:
        # From re-encoding: an integer beyond 2^53 or a number that is not finite.
        raise FormatError(str(error) if quote else "a number in it is not one for JSON") from None


def encode_payload(payload: Payload) -> bytes:
    """Return the plaintext of a payload. Raises `InputError` when a field breaks its rule."""
    try:
        data = canonical.encode_payload(payload)
        # Ranges are checked on reading alone: reading back holds authors to what peers accept.
        parse_payload(payload_type(payload), data)
    except FormatError as error:
        raise InputError(error.message) from error
    except (ValueError, TypeError) as error:
        raise InputError(f"{payload_type(payload)}: {error}") from error
    return data


def read_payload(type_id: str, text: str | bytes) -> Payload:
    """Read a payload that a person or a program wrote: any spacing, any order of members.

    `type` may be left out. Raises `InputError`, which names the field, the value and the rule.
    """
    try:
        value = canonical.loads(text)
    except FormatError as error:
        raise InputError(error.message) from error
    return shape_payload(type_id, value)


def shape_payload(type_id: str, value: Any) -> Payload:
    """Read a payload that is parsed already; else as `read_payload`."""
    try:
        if isinstance(value, dict):
            value = {"type": type_id, **value}
        # Whole numbers may stand for floats here: `41` is what people write for 41 degrees.
        payload = msgspec.convert(value, _struct(type_id), strict=True)
    except FormatError as error:
        raise InputError(error.message) from error
    except msgspec.ValidationError as error:
        raise InputError(_name_value(str(error), value)) from error
    return payload


def json_schema(type_id: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a payload type.

    The schema states shapes, ranges and patterns. What only two fields together show (the order
    of bounds, a sum of probabilities, a calendar) is checked by `parse_payload` alone.
    """
    schema = msgspec.json.schema(_struct(type_id))
    for part in schema["$defs"].values():
        part["description"] = inspect.cleandoc(part["description"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:trilogue:payload:{type_id}:1",
        **schema,
    }


def _struct(type_id: str) -> type[Payload]:
    try:
        return PAYLOADS[type_id]
    except KeyError:
        known = ", ".join(PAYLOADS)
        raise FormatError(f"no such payload type: {type_id!r}", hint=f"known are {known}") from None


def _explain(error: FormatError, data: bytes) -> str:
    """Return the codec's message with the value that stands at the path it names."""
    if not isinstance(error.__cause__, msgspec.ValidationError):
        return error.message
    try:
        value = canonical.loads(data)
    except FormatError:  # what broke its rule is not even JSON, or lies beyond it
        return error.message
    return _name_value(str(error.__cause__), value)


def _name_value(message: str, value: Any) -> str:
    """Put the value into a message such as ``Expected `float` <= 90.0 - at `$.latitude```."""
    rule, _, path = message.partition(" - at `")
    path = path.removesuffix("`")
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        try:
            value = value[key] if key else value[int(index)]
        except (LookupError, TypeError):
            return message
    if isinstance(value, dict | list):
        return f"{path or '$'}: {rule}"
    return f"{path}: {repr(value)[:80]}: {rule}"
