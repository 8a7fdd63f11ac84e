"""The typed client of a participant's own HTTP interface.

    with Client("http://127.0.0.1:7201", token) as client:
        done = client.submit(given)
        for entry in client.through(client.reports):
            …

One method for each operation, named as in the document at `/schema`. Requests and answers are the
structs of `trilogue.node.inputs` and `trilogue.node.answers`; what the node refuses is raised as
the class of `trilogue.errors` that it raised itself.
"""

from trilogue.client.client import Client

__all__ = ["Client"]
