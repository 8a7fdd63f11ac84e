"""The value of sharing: what each participant's sensors add to what is known of a flight, and when.

A campaign flies notional missiles of each class from the sites that the public record names, looks
at them with notional sensors, and lets every coalition of participants estimate them from its own
plots alone. Everything is simulated; the missiles are nobody's and share no model with the filters.
"""
