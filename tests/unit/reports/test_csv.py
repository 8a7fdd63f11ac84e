"""The file of arrivals: each flaw is named with its line."""

import pytest

from trilogue.errors import InputError
from trilogue.reports.csv import COLUMNS, arrivals_from_csv, group_arrivals

HEADER = ",".join(COLUMNS)
TJN = "DPRK5,KR,KG,TJN,,BHZ,36.3805,127.3617,P,2016-09-09T00:31:18.793Z,173.5"
INU = "DPRK5,,G,INU,00,BHZ,35.35,137.029,P,2016-09-09T00:32:07.583Z,31.1"
ERM = "DPRK6,US,II,ERM,00,BHZ,42.015,143.1572,P,2017-09-03T03:32:36.235Z,66.4"


def table(*rows, end="\n"):
    return end.join([HEADER, *rows, ""])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_are_grouped_by_event_and_participant(end):
    rows = arrivals_from_csv(table(TJN, INU, ERM, end=end))
    assert [(row.line, row.event, row.participant) for row in rows] == [
        (2, "DPRK5", "KR"),
        (3, "DPRK5", None),
        (4, "DPRK6", "US"),
    ]
    groups = group_arrivals(rows)
    assert {event: set(by) for event, by in groups.items()} == {
        "DPRK5": {"KR", None},
        "DPRK6": {"US"},
    }
    arrival = groups["DPRK5"]["KR"].arrivals[0]
    assert (arrival.position.latitude, arrival.position.longitude) == (36.3805, 127.3617)
    assert (arrival.time.instant, arrival.snr) == ("2016-09-09T00:31:18.793Z", 173.5)
    assert arrival.position.sd_m is None
    assert arrival.time.sd_s is None


def test_a_byte_order_mark_and_a_missing_last_newline_do_no_harm():
    assert arrivals_from_csv("\ufeff" + table(TJN).rstrip("\n")) == arrivals_from_csv(table(TJN))


FLAWS = [
    ("another-column", HEADER.replace("snr", "SNR") + "\n" + TJN, "line 1: the columns are"),
    ("no-header", TJN, "line 1: the columns are"),
    ("nothing", "", "line 1: the columns are ''"),
    ("no-row", table(), "no row"),
    ("blank-line", table(TJN, "", ERM), "line 3: 0 fields where 11"),
    ("too-few", table(TJN, ERM[:-5]), "line 3: 10 fields where 11"),
    ("too-many", table(TJN + ",1"), "line 2: 12 fields"),
    ("duplicate", table(TJN, INU, TJN), "line 4: DPRK5.KG.TJN..BHZ.P stands on line 2"),
    ("duplicate-of-another", table(TJN, TJN.replace(",KR,", ",US,")), "line 3: .*on line 2"),
    ("nan-latitude", table(TJN.replace("36.3805", "nan")), "line 2: latitude: 'nan'"),
    ("nan-snr", table(INU, TJN.replace("173.5", "NaN")), "line 3: snr: 'NaN'"),
    ("infinite", table(TJN.replace("173.5", "inf")), "line 2: snr: 'inf'"),
    ("overflow", table(TJN.replace("173.5", "1e999")), "line 2: snr: '1e999': too large"),
    ("underscore", table(TJN.replace("173.5", "1_73.5")), "line 2: snr: '1_73.5'"),
    ("space", table(TJN.replace(",173.5", ", 173.5")), "line 2: snr: ' 173.5'"),
    ("other-digits", table(TJN.replace("173.5", "١٧٣")), "line 2: snr"),
    ("no-number", table(TJN.replace("173.5", "")), "line 2: snr: ''"),
    ("snr-zero", table(TJN.replace("173.5", "0")), "line 2: snr: '0': .*> 0"),
    ("latitude", table(TJN.replace("36.3805", "90.1")), "line 2: latitude: '90.1': .*<= 90"),
    ("longitude", table(TJN.replace("127.3617", "-181")), "line 2: longitude: '-181': .*>= -180"),
    ("instant", table(TJN.replace(".793Z", "Z")), "line 2: arrival_utc: '2016-09-09T00:31:18Z'"),
    ("zone", table(TJN.replace("793Z", "793+00:00")), "line 2: arrival_utc"),
    ("calendar", table(TJN.replace("09-09", "09-31")), "line 2: arrival_utc: .*no such moment"),
    ("station", table(TJN.replace("TJN", "T JN")), "line 2: station: 'T JN'"),
    ("no-station", table(TJN.replace("TJN", "")), "line 2: station: ''"),
    ("phase", table(TJN.replace(",P,", ",,")), "line 2: phase: ''"),
    ("participant", table(TJN.replace(",KR,", ",kr,")), "line 2: participant: 'kr'"),
    ("event", table(TJN.replace("DPRK5", "")), "line 2: event: ''"),
    ("quote", table(TJN.replace("TJN", '"TJN')), "line 2: not comma-separated"),
]


@pytest.mark.parametrize(("text", "rule"), [f[1:] for f in FLAWS], ids=[f[0] for f in FLAWS])
def test_a_flaw_is_named_with_its_line(text, rule):
    with pytest.raises(InputError, match=rule):
        arrivals_from_csv(text)
