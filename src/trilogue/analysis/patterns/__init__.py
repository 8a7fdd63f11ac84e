"""How the force is operated: findings from the record of launches, each with its rows.

    source, merge, conflicts   sources side by side; where they contradict each other
    tally                      what the findings count, from launches; `bulk` from a large file
    tempo, salvos, places,     the findings: numbers with intervals, nothing drawn and nothing said
    trajectories, outcomes,
    reach, news, tests
    basis                      which rows each finding uses, and why it leaves the others out
    findings                   all of them at once; `view` the record itself as data

Plain values in and out, no clock: `at` is an argument.
"""
