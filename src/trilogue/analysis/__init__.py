"""The analysis: plain arrays and rows in, estimates with their uncertainty out.

It knows nothing of the exchange: no report, no marking, no participant's rights. `picture` feeds it
what a node lawfully holds, and files what it says.
"""
