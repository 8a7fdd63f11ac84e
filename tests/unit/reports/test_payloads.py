"""Payload types: what is read back, what is refused, and how the refusal names it."""

import json
import math

import jsonschema
import msgspec
import pytest

from trilogue.encoding import canonical
from trilogue.errors import FormatError, InputError
from trilogue.reports.payloads import (
    PAYLOADS,
    encode_payload,
    json_schema,
    parse_payload,
    payload_type,
    read_payload,
)

from .payload_examples import ARRIVALS, ASSESSMENT, EXAMPLES, LAUNCH, TRACK

EACH = pytest.mark.parametrize("payload", EXAMPLES.values(), ids=EXAMPLES)


def tree(payload):
    return json.loads(encode_payload(payload))


def put(value, path, new):
    """Return a tree in which the value at a path of keys is another."""
    *steps, last = path
    inner = value
    for step in steps:
        inner = inner[step]
    inner[last] = new
    return value


def written(value):
    """Return sorted JSON as a peer would write it, right or wrong."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_there_is_an_example_of_every_type():
    assert {payload_type(p) for p in EXAMPLES.values()} == set(PAYLOADS)


@EACH
def test_what_is_written_reads_back(payload):
    data = encode_payload(payload)
    assert parse_payload(payload_type(payload), data) == payload


@EACH
def test_a_person_may_write_it_in_any_order_without_the_type(payload):
    value = tree(payload)
    type_id = value.pop("type")
    text = json.dumps(dict(reversed(value.items())), indent=1)
    assert read_payload(type_id, text) == payload


def test_a_person_may_write_whole_numbers():
    value = put(tree(ARRIVALS), ("arrivals", 0, "position", "latitude"), 36)
    assert read_payload("seismic-arrivals", json.dumps(value)).arrivals[0].position.latitude == 36.0


@EACH
def test_the_schema_accepts_what_the_code_accepts(payload):
    schema = json_schema(payload_type(payload))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tree(payload), schema, cls=jsonschema.Draft202012Validator)


@EACH
def test_no_field_may_be_missing_or_added(payload):
    type_id, value = payload_type(payload), tree(payload)
    validator = jsonschema.Draft202012Validator(json_schema(type_id))
    for name in value:
        less = {k: v for k, v in value.items() if k != name}
        if name != "type":  # the reader is told the type by the header
            with pytest.raises(FormatError, match=f"required field `{name}`"):
                parse_payload(type_id, written(less))
        assert not validator.is_valid(less)
    with pytest.raises(FormatError, match="unknown field `source`"):
        parse_payload(type_id, written(value | {"source": "x"}))


OUT_OF_RANGE = [
    ("seismic-arrivals", ("arrivals", 0, "position", "latitude"), 90.5, "<= 90.0"),
    ("seismic-arrivals", ("arrivals", 0, "position", "longitude"), -180.5, ">= -180.0"),
    ("seismic-arrivals", ("arrivals", 1, "position", "sd_m"), -1.0, ">= 0.0"),
    ("seismic-arrivals", ("arrivals", 1, "snr"), 0.0, "> 0.0"),
    ("seismic-arrivals", ("arrivals", 1, "station"), "", "regex"),
    ("seismic-arrivals", ("arrivals", 0, "time", "instant"), "2016-09-09", "regex"),
    ("seismic-arrivals", ("arrivals",), [], "length >= 1"),
    ("seismic-event", ("epicentre", "ellipse", "probability"), 1.0, "< 1.0"),
    ("seismic-event", ("epicentre", "ellipse", "azimuth_deg"), 180.0, "< 180.0"),
    ("seismic-event", ("epicentre", "ellipse"), None, "object"),
    ("seismic-event", ("origin", "sd_s"), -0.1, ">= 0.0"),
    ("seismic-event", ("identification", "kind"), "collapse", "enum"),
    ("seismic-event", ("yield_estimate", "median_kt"), 0.0, "> 0.0"),
    ("plots", ("frame",), "ecef", "enum"),
    ("plots", ("sensor", "kind"), "sonar", "enum"),
    ("plots", ("rows", 0, "kind"), "bearing", "Invalid value"),
    ("plots-stated", ("sensor", "bias", "range_m"), -1.0, ">= 0.0"),
    ("plots-stated", ("sensor", "field", "azimuth_deg"), 360.0, "< 360.0"),
    ("plots-stated", ("sensor", "period_s"), 0.0, "> 0.0"),
    ("plots-stated", ("sensor", "detection_probability"), 1.5, "<= 1.0"),
    ("plots-stated", ("sensor", "clutter_per_scan"), -0.5, ">= 0.0"),
    ("track", ("phase",), "ascent", "enum"),
    ("track", ("state",), [0.0] * 5, "length 6"),
    ("track", ("lineage", 0), "QQ==", "length >= 44"),
    ("launch", ("classes", 0, "probability"), 1.5, "<= 1.0"),
    ("site-activity", ("confidence",), "certain", "enum"),
    ("assessment", ("language",), "fr", "enum"),
    ("finding", ("finding",), "weather", "enum"),
    ("finding", ("portions",), 0, ">= 1"),
    ("finding", ("said", 0, "sentences", 0), "", "length >= 1"),
    ("finding", ("quantities", 0, "probability"), 1.5, "<= 1.0"),
    ("finding", ("left_out", 0, "launches"), -1, ">= 0"),
    ("assessment", ("text",), "", "length >= 1"),
    ("assessment", ("title",), "x" * 201, "length <= 200"),
]


@pytest.mark.parametrize(
    ("type_id", "path", "value", "rule"),
    OUT_OF_RANGE,
    ids=[".".join(map(str, (t, *p))) for t, p, _, _ in OUT_OF_RANGE],
)
def test_out_of_range_is_refused_with_field_value_and_rule(type_id, path, value, rule):
    wrong = put(tree(EXAMPLES[type_id]), path, value)
    type_id = wrong["type"]
    with pytest.raises(FormatError) as caught:
        parse_payload(type_id, written(wrong))
    named = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    assert named in caught.value.message
    assert rule in caught.value.message
    if value is not None and not isinstance(value, list):
        assert repr(value)[:80] in caught.value.message
    with pytest.raises(InputError, match=r"\$"):
        read_payload(type_id, json.dumps(wrong))
    assert not jsonschema.Draft202012Validator(json_schema(type_id)).is_valid(wrong)


TOGETHER = [
    ("seismic-arrivals", ("arrivals", 0, "time", "instant"), "2016-02-30T00:00:00.000Z", "no such"),
    ("seismic-event", ("epicentre", "ellipse", "semi_minor_m"), 9e9, "greater than semi_major_m"),
    ("seismic-event", ("yield_estimate", "low_kt"), 30.0, "lies outside"),
    ("plots", ("sensor", "kind"), "infrared", "measures no range"),
    ("plots", ("sensor", "position", "height_m"), None, "height_m is missing"),
    ("plots", ("rows", 0, "azimuth_rad"), [6.3, 0.1], "0 to 2 pi"),
    ("plots", ("rows", 0, "elevation_rad"), [1.6, 0.1], "pi/2"),
    ("plots", ("rows", 0, "range_m"), [0.0, 0.1], "not positive"),
    ("plots-stated", ("sensor", "field", "azimuth_deg"), None, "stands with azimuth_deg"),
    ("plots-stated", ("sensor", "field", "elevation_max_deg"), 1.0, "does not lie above"),
    ("track", ("lineage",), [], None),
    ("launch", ("classes", 0, "probability"), 0.7, "sum to 0.89"),
    ("launch", ("classes", 1, "name"), "hwasong-14", "'unknown' is missing"),
    ("launch", ("classes", 0, "name"), "unknown", "stands twice"),
    ("launch", ("apogee_m",), [-1.0, None], "negative"),
    ("site-activity", ("observed", "ends"), "2017-08-19T00:00:00.000Z", "before begins"),
    ("finding", ("said", 1, "language"), "ja", "once in each of en, ko, ja"),
    ("finding", ("quantities", 0, "low"), 19.5, "lies outside"),
    ("finding", ("quantities", 0, "low"), None, "stand together"),
    ("finding", ("quantities", 1, "probability"), 0.9, "stand together"),
]


@pytest.mark.parametrize(
    ("type_id", "path", "value", "rule"),
    TOGETHER,
    ids=[".".join(map(str, (t, *p, v))) for t, p, v, _ in TOGETHER],
)
def test_what_only_fields_together_show(type_id, path, value, rule):
    data = written(put(tree(EXAMPLES[type_id]), path, value))
    type_id = payload_type(EXAMPLES[type_id])
    if rule is None:
        parse_payload(type_id, data)
        return
    with pytest.raises(FormatError, match=rule):
        parse_payload(type_id, data)


def test_a_sensor_that_states_no_more_than_it_must_is_spelled_without_the_rest():
    value = tree(EXAMPLES["plots"])
    assert list(value["sensor"]) == ["id", "kind", "noise", "position"]
    with pytest.raises(FormatError, match="sorted form"):
        parse_payload("plots", written(put(value, ("sensor", "bias"), None)))
    # A person may write the null out.
    assert read_payload("plots", json.dumps(value)) == EXAMPLES["plots"]


def test_one_instrument_reads_a_phase_once():
    first = ARRIVALS.arrivals[0]
    with pytest.raises(ValueError, match=r"KG\.TJN\.\.BHZ\.P stands twice"):
        msgspec.structs.replace(ARRIVALS, arrivals=(first, first))


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({(0, 0): -1.0}, "negative"),
        ({(0, 1): 1.0}, "not symmetric"),
        ({(0, 1): 2600.0, (1, 0): 2600.0}, "not positive semidefinite"),
        ({(0, 0): 0.0, (0, 1): 1.0, (1, 0): 1.0}, "beyond their variances"),
        ({(0, 1): 2500.0, (1, 0): 2500.0}, None),  # fully correlated: singular, but possible
        ({(0, 0): 0.0}, None),
    ],
    ids=["negative", "asymmetric", "indefinite", "zero-variance", "singular", "known-exactly"],
)
def test_a_covariance_is_one(cells, rule):
    rows = [list(row) for row in TRACK.covariance]
    for (i, j), value in cells.items():
        rows[i][j] = value
    data = written(put(tree(TRACK), ("covariance",), rows))
    if rule is None:
        parse_payload("track", data)
    else:
        with pytest.raises(FormatError, match=rule):
            parse_payload("track", data)


def test_lineage_is_sorted():
    with pytest.raises(ValueError, match="sorted"):
        msgspec.structs.replace(TRACK, lineage=TRACK.lineage[::-1])


def test_a_lineage_is_complete_unless_the_track_says_otherwise():
    assert TRACK.lineage_complete
    assert "lineage_complete" not in tree(TRACK)
    partial = msgspec.structs.replace(TRACK, lineage_complete=False)
    assert tree(partial)["lineage_complete"] is False
    assert parse_payload("track", encode_payload(partial)) == partial


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"confidence": "low","language":"ja","text":"x","title":"y","type":"assessment"}',
        b'{"language":"ja","confidence":"low","text":"x","title":"y","type":"assessment"}',
        b'{"confidence":"low","language":"ja","text":"x","text":"x","title":"y","type":"assessment"}',
        b'{"confidence":"low","language":"ja","text":"\\u0078","title":"y","type":"assessment"}',
        b'{"confidence":"low","language":"ja","text":"x","title":"y"}',
        b'{"confidence":"low","language":"ja","text":"x","title":"y","type":"launch"}',
        b"[]",
        b"",
        b"\xff",
    ],
    ids=["space", "order", "twice", "escape", "no-type", "other-type", "list", "empty", "utf-8"],
)
def test_another_spelling_is_refused(wrong):
    with pytest.raises(FormatError):
        parse_payload("assessment", wrong)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "01", "1_0", "36"])
def test_a_number_has_one_spelling(number):
    data = encode_payload(ARRIVALS).replace(b"36.3805", number.encode())
    with pytest.raises(FormatError):
        parse_payload("seismic-arrivals", data)


def test_what_is_not_finite_cannot_be_written():
    for value in (math.nan, math.inf):
        launch = msgspec.structs.replace(LAUNCH, apogee_m=type(LAUNCH.apogee_m)(value, None))
        with pytest.raises(InputError, match="not finite"):
            encode_payload(launch)


def test_an_author_is_held_to_the_ranges_of_readers():
    with pytest.raises(InputError, match=r"\$.language: 'fr'"):
        encode_payload(msgspec.structs.replace(ASSESSMENT, language="fr"))


def test_an_unknown_type_is_named_with_those_that_are_known():
    with pytest.raises(FormatError, match="'fire-order'") as caught:
        parse_payload("fire-order", b"{}")
    assert "seismic-arrivals" in caught.value.hint
    with pytest.raises(InputError, match="fire-order"):
        read_payload("fire-order", "{}")


def test_duplicate_keys_of_a_person_are_refused():
    with pytest.raises(InputError, match="twice"):
        read_payload("assessment", '{"title": "a", "title": "b"}')


def test_payload_bytes_are_those_of_the_codec():
    assert encode_payload(ASSESSMENT) == canonical.encode_payload(ASSESSMENT)
