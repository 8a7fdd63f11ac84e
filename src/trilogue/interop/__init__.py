"""Outside formats, one file each: pictures, tracks and events as other programs read them.

| module | format | of |
| --- | --- | --- |
| `czml` | CZML, as CesiumJS reads it | a picture |
| `czml_flights`, `czml_sensors`, `czml_events` | its packets | flights, sensors, plots, events |
| `geojson` | GeoJSON (RFC 7946) | a picture; estimates of a seismic event |
| `kml` | KML 2.2 (OGC 07-147r2) with `gx:Track` | a picture |
| `udl` | MissileTrack of the Unified Data Library | a picture |
| `quakeml`, `quakeml_estimates`, `quakeml_in` | QuakeML 1.2 | seismic events out, picks in |

What each field means, and what a format cannot hold, is in `docs/spec/11-outside-formats.md`.
"""
