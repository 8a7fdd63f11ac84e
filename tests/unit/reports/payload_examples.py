"""One payload of each type, from public facts or invented and simple."""

from trilogue.reports.payloads import (
    AnglesPlot,
    Arrival,
    Assessment,
    Bias,
    Depth,
    Ellipse,
    EstimatedPosition,
    FieldOfRegard,
    Finding,
    Identification,
    Launch,
    LeftOut,
    Magnitude,
    Measured,
    MissileClass,
    Moment,
    Noise,
    Period,
    Plots,
    Position,
    Quantity,
    RangePlot,
    Said,
    SeismicArrivals,
    SeismicEvent,
    Sensor,
    SiteActivity,
    StationLeftOut,
    StationUsed,
    Track,
    YieldEstimate,
)

from .examples import digest_text

ELLIPSE = Ellipse(semi_major_m=1800.0, semi_minor_m=900.0, azimuth_deg=40.0, probability=0.9)

ARRIVALS = SeismicArrivals(
    event="DPRK5",
    arrivals=(
        Arrival(
            network="KG",
            station="TJN",
            location="",
            channel="BHZ",
            position=Position(latitude=36.3805, longitude=127.3617, height_m=None, sd_m=None),
            phase="P",
            time=Moment(instant="2016-09-09T00:31:18.793Z", sd_s=0.08),
            snr=173.5,
        ),
        Arrival(
            network="KS",
            station="SEO2",
            location="",
            channel="BHZ",
            position=Position(latitude=37.4939, longitude=126.9171, height_m=86.0, sd_m=5.0),
            phase="P",
            time=Moment(instant="2016-09-09T00:31:05.913Z", sd_s=None),
            snr=None,
        ),
    ),
)

EVENT = SeismicEvent(
    event="DPRK5",
    origin=Moment(instant="2016-09-09T00:30:01.353Z", sd_s=0.4),
    epicentre=EstimatedPosition(latitude=41.2976, longitude=129.0804, ellipse=ELLIPSE),
    depth=Depth(depth_m=Measured(500.0, None), held=True),
    magnitudes=(Magnitude(scale="mb", magnitude=Measured(5.3, 0.1), source="KS network"),),
    yield_estimate=YieldEstimate(
        median_kt=18.0, low_kt=8.0, high_kt=40.0, probability=0.9, relations=("Murphy 1996",)
    ),
    identification=Identification(
        kind="explosion", probability=0.99, reasons=("two kilometres from earlier tests",)
    ),
    stations_used=(StationUsed(network="KG", station="TJN", residual_s=-0.21, weight=1.0),),
    stations_left_out=(
        StationLeftOut(network="JP", station="JEM", reason="late by 6 s against its neighbours"),
    ),
)

RADAR = Plots(
    sensor=Sensor(
        id="KR-GR-1",
        kind="ground-radar",
        position=Position(latitude=36.7, longitude=127.9, height_m=640.0, sd_m=1.0),
        noise=Noise(azimuth_rad=1e-3, elevation_rad=1e-3, range_m=50.0, range_rate_mps=2.0),
    ),
    frame="enu-wgs84",
    rows=(
        RangePlot(
            time=Moment(instant="2017-05-14T20:30:00.000Z", sd_s=0.001),
            azimuth_rad=Measured(0.2, 1e-3),
            elevation_rad=Measured(0.4, 1e-3),
            range_m=Measured(420_000.0, 50.0),
            range_rate_mps=Measured(-1200.0, None),
        ),
    ),
)

INFRARED = Plots(
    sensor=Sensor(
        id="US-IR-1",
        kind="infrared",
        position=Position(latitude=0.0, longitude=105.0, height_m=35_786_000.0, sd_m=100.0),
        noise=Noise(azimuth_rad=5e-5, elevation_rad=5e-5, range_m=None, range_rate_mps=None),
    ),
    frame="enu-wgs84",
    rows=(
        AnglesPlot(
            time=Moment(instant="2017-05-14T20:28:40.000Z", sd_s=0.05),
            azimuth_rad=Measured(0.5, 5e-5),
            elevation_rad=Measured(-1.45, 5e-5),
        ),
    ),
)

SHIP = Plots(
    sensor=Sensor(
        id="JP-SR-1",
        kind="ship-radar",
        position=Position(latitude=38.9, longitude=134.2, height_m=20.0, sd_m=15.0),
        noise=Noise(azimuth_rad=1e-3, elevation_rad=1e-3, range_m=40.0, range_rate_mps=1.0),
        bias=Bias(azimuth_rad=5e-4, elevation_rad=5e-4, range_m=20.0, clock_s=0.01),
        field=FieldOfRegard(
            azimuth_deg=300.0, azimuth_half_deg=60.0, elevation_min_deg=1.0, range_max_m=1.2e6
        ),
        period_s=1.0,
        detection_probability=0.9,
        clutter_per_scan=2.0,
    ),
    frame="enu-wgs84",
    rows=RADAR.rows,
)

VARIANCES = (2500.0, 2500.0, 4900.0, 4.0, 4.0, 9.0)

TRACK = Track(
    id="KR-7",
    time=Moment(instant="2017-05-14T20:31:00.000Z", sd_s=0.0),
    state=(-3_050_000.0, 3_950_000.0, 4_500_000.0, 900.0, 1200.0, 2500.0),
    covariance=tuple(
        tuple(v if i == j else 0.0 for j in range(6)) for i, v in enumerate(VARIANCES)
    ),
    phase="midcourse",
    lineage=(digest_text(1), digest_text(2)),
)

LAUNCH = Launch(
    time=Moment(instant="2017-05-13T20:28:00.000Z", sd_s=30.0),
    site="Kusong",
    position=EstimatedPosition(latitude=40.0139, longitude=125.2231, ellipse=ELLIPSE),
    classes=(
        MissileClass(name="hwasong-12", probability=0.8),
        MissileClass(name="unknown", probability=0.2),
    ),
    apogee_m=Measured(2_111_500.0, None),
    distance_m=Measured(787_000.0, None),
    outcome="success",
)

SITE = SiteActivity(
    site="Punggye-ri",
    position=Position(latitude=41.2794, longitude=129.0875, height_m=None, sd_m=200.0),
    observed=Period(begins="2017-08-20T00:00:00.000Z", ends="2017-08-27T05:00:00.000Z"),
    language="ko",
    text="북쪽 갱도 입구에 새 흙더미가 보인다.",
    confidence="moderate",
)

ASSESSMENT = Assessment(
    title="豊渓里", language="ja", text="新たな活動は見られない。", confidence="low"
)

FINDING = Finding(
    finding="tempo",
    record=Period(begins="1984-04-09T00:00:00.000Z", ends="2026-03-14T23:59:59.999Z"),
    said=(
        Said(language="en", sentences=("171 occasions.",), method="By quarters."),
        Said(language="ko", sentences=("171회.",), method="분기별."),
        Said(language="ja", sentences=("171回。",), method="四半期ごと。"),
    ),
    quantities=(
        Quantity(
            what="rate",
            of="2022-01-05/2026-03-14",
            unit="1/year",
            value=19.4,
            low=16.0,
            high=23.2,
            probability=0.9,
        ),
        Quantity(
            what="occasions",
            of=None,
            unit="1",
            value=171.0,
            low=None,
            high=None,
            probability=None,
        ),
    ),
    launches=340,
    public_rows=339,
    portions=2,
    left_out=(LeftOut(part="tempo", reason="month-only", launches=8),),
)

EXAMPLES = {
    "seismic-arrivals": ARRIVALS,
    "seismic-event": EVENT,
    "plots": RADAR,
    "plots-infrared": INFRARED,
    "plots-stated": SHIP,
    "track": TRACK,
    "launch": LAUNCH,
    "site-activity": SITE,
    "assessment": ASSESSMENT,
    "finding": FINDING,
}
