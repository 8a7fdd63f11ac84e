"""Payloads: what the content of a portion may be, one type per kind of information.

>>> from trilogue.reports.payloads import Assessment, encode_payload, parse_payload
>>> data = encode_payload(
...     Assessment(title="Site", language="en", text="No change.", confidence="moderate")
... )
>>> data
b'{"confidence":"moderate","language":"en","text":"No change.","title":"Site","type":"assessment"}'
>>> parse_payload("assessment", data).confidence
'moderate'
>>> parse_payload("assessment", data.replace(b"moderate", b"certain"))
Traceback (most recent call last):
    ...
trilogue.errors.FormatError: $.confidence: 'certain': Invalid enum value 'certain'

A payload informs. None tasks a sensor or commands a weapon: such a type does not exist here, and
the rule `no-command` of the arrangement refuses a portion whose header names one.
"""

from trilogue.reports.payloads.arrivals import Arrival, SeismicArrivals
from trilogue.reports.payloads.assessment import Assessment
from trilogue.reports.payloads.event import (
    Depth,
    Identification,
    Magnitude,
    SeismicEvent,
    StationLeftOut,
    StationUsed,
    YieldEstimate,
)
from trilogue.reports.payloads.finding import Finding, LeftOut, Quantity, Said
from trilogue.reports.payloads.launch import Launch, MissileClass
from trilogue.reports.payloads.plots import (
    AnglesPlot,
    Bias,
    FieldOfRegard,
    Noise,
    Plots,
    RangePlot,
    Sensor,
)
from trilogue.reports.payloads.quantities import (
    Confidence,
    Ellipse,
    EstimatedPosition,
    Measured,
    Moment,
    Period,
    Position,
)
from trilogue.reports.payloads.registry import (
    PAYLOADS,
    Payload,
    encode_payload,
    json_schema,
    parse_payload,
    payload_type,
    read_payload,
)
from trilogue.reports.payloads.site import SiteActivity
from trilogue.reports.payloads.track import Track

__all__ = [
    "PAYLOADS",
    "AnglesPlot",
    "Arrival",
    "Assessment",
    "Bias",
    "Confidence",
    "Depth",
    "Ellipse",
    "EstimatedPosition",
    "FieldOfRegard",
    "Finding",
    "Identification",
    "Launch",
    "LeftOut",
    "Magnitude",
    "Measured",
    "MissileClass",
    "Moment",
    "Noise",
    "Payload",
    "Period",
    "Plots",
    "Position",
    "Quantity",
    "RangePlot",
    "Said",
    "SeismicArrivals",
    "SeismicEvent",
    "Sensor",
    "SiteActivity",
    "StationLeftOut",
    "StationUsed",
    "Track",
    "YieldEstimate",
    "encode_payload",
    "json_schema",
    "parse_payload",
    "payload_type",
    "read_payload",
]
