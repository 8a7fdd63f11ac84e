"""UDL records, held against the models of its own client: nothing we write is lost or renamed."""

import json
import warnings

import numpy as np
import pytest
from tests.support.pictured import seen

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.errors import InputError
from trilogue.interop.udl import write_missile_tracks

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydantic import TypeAdapter
    from unifieddatalibrary._utils import transform
    from unifieddatalibrary.types import missile_track_create_bulk_params as params
    from unifieddatalibrary.types.missile_track_list_response import MissileTrackListResponse

COMMON = {"classification_marking": "U", "source": "TRILOGUE", "data_mode": "SIMULATED"}


@pytest.fixture(scope="module")
def records():
    return json.loads(write_missile_tracks(seen().whole, **COMMON))


def test_the_clients_model_reads_every_field(records):
    (record,) = records
    model = TypeAdapter(MissileTrackListResponse).validate_python(record, strict=False)
    assert not model.model_extra
    assert all(not vector.model_extra for vector in model.vectors)
    back = json.loads(model.model_dump_json(by_alias=True, exclude_unset=True))
    assert set(back) == set(record)
    assert set(back["vectors"][0]) == set(record["vectors"][0])
    for key in set(record) - {"vectors"} - {key for key in record if key.endswith(("Time", "ts"))}:
        assert back[key] == record[key], key
    for got, given in zip(back["vectors"], record["vectors"], strict=True):
        assert {k: v for k, v in got.items() if k != "epoch"} == {
            k: v for k, v in given.items() if k != "epoch"
        }


def test_every_name_may_be_sent_to_create_records(records):
    (record,) = records

    def names(shape):
        sent = transform(dict.fromkeys(shape.__annotations__, 0), shape)
        return set(sent)

    assert set(record) <= names(params.Body)
    assert set(record["vectors"][0]) <= names(params.BodyVector)
    required = {"classificationMarking", "dataMode", "source", "ts"}
    assert required <= set(record)


def test_states_are_in_kilometres_with_their_covariance(records):
    (flight,) = seen().whole.flights
    last = records[0]["vectors"][-1]
    assert np.allclose(last["pos"], flight.now.state[:3] / 1e3, rtol=1e-15)
    assert np.allclose(last["vel"], flight.now.state[3:6] / 1e3, rtol=1e-15)
    full = np.zeros((9, 9))
    full[np.triu_indices(9)] = last["cov"]
    assert len(last["cov"]) == 45
    assert np.allclose(full[:6, :6], np.triu(flight.now.covariance) / 1e6, rtol=1e-15)
    assert not full[6:].any()
    assert not full[:, 6:].any()
    assert last["vectorAlt"] == pytest.approx(float(to_geodetic(flight.now.state[:3])[2]) / 1e3)
    epochs = [one["epoch"] for one in records[0]["vectors"]]
    assert epochs == sorted(set(epochs))


def test_points_have_their_ellipses_and_the_rest_its_context(records):
    (flight,) = seen().whole.flights
    (record,) = records
    for name, point in (("launch", flight.launch), ("impact", flight.impact)):
        assert record[f"{name}AouType"] == "ELLIPSE"
        assert record[f"{name}AouData"] == [
            point.azimuth_deg, point.semi_major_m / 1e3, point.semi_minor_m / 1e3,
        ]  # fmt: skip
        assert record[f"{name}Conf"] == 90.0
        assert (record[f"{name}Lat"], record[f"{name}Lon"]) == (point.latitude, point.longitude)
    assert record["aouRptType"] == "ELLIPSE"
    assert record["containment"] == 90.0
    assert len(record["contextKeys"]) == len(record["contextValues"])
    context = dict(zip(record["contextKeys"], record["contextValues"], strict=True))
    assert float(context["apogeeSd_km"]) == pytest.approx(flight.apogee_m.sd / 1e3, abs=1e-6)
    assert float(context["burnoutTimeSd_s"]) == pytest.approx(flight.burnout.sd, rel=1e-5)
    shares = [float(v) for k, v in context.items() if k.startswith("classProbability_")]
    assert sum(shares) == pytest.approx(1.0, abs=1e-4)
    assert record["objType"] == flight.classes[0].name


def test_it_takes_no_stand_on_whose_a_missile_is(records):
    assert not {"objIdent", "alert"} & set(records[0])


def test_before_cutoff_it_boosts_and_falls_nowhere():
    (record,) = json.loads(write_missile_tracks(seen(after_burnout_s=-10.0).whole, **COMMON))
    assert record["boosting"] is True
    assert not [key for key in record if key.startswith("impact")]


@pytest.mark.parametrize(
    "wrong",
    [{"classification_marking": " "}, {"source": ""}, {"data_mode": "real"}],
)
def test_what_every_record_needs_is_asked_for(wrong):
    with pytest.raises(InputError):
        write_missile_tracks(seen().whole, **(COMMON | wrong))
