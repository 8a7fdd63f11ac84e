"""The picture: the one bridge from what a node lawfully holds to estimates.

It takes portions that may be read at this moment, turns them into what the analysis understands,
and gives the estimate back with its lineage and its marking. It knows no log and no key: what it
is not given cannot change a bit of what it says.

`sources` is what it is given. `seismic` pictures nuclear tests and `locate` joins arrivals by
coalition; `missiles` pictures flights, from the table that `plotted` makes of plots and the tracks
that `shared` reads, `fused` by their lineage. `filing` and `flight_filing` write an estimate as the
derived report that it is, and `told` as JSON. `offline` pictures plots that never were reports.
"""
