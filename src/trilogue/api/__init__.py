"""The participant's own HTTP interface, for its people and programs. Never for other participants.

    app           the ASGI application over a running node
    operation     what one operation takes, gives and may refuse; made from its handler
    controllers   the handlers, by subject: they convert, ask the node, and shape the answer
    roles         which roles may call what: one table
    gate          bearer tokens, and the guard that holds every request to the table
    limit         how often the holder of one token may ask
    call          one request: ask the node, or have it act once
    reading       strict reading of bodies, queries and paths; `parameters` are their shapes
    shapes        from what an act did to what is answered
    news          statements as they come to count, for the stream
    problems      errors as problem details (RFC 9457), with the status of each class
    openapi       the OpenAPI 3.1 document, made from the operations and types themselves, with
                  `descriptions` from their docstrings and `examples`
    public        the published log, as files

The shapes of requests and answers are `trilogue.node.inputs` and `trilogue.node.answers`.
"""

from trilogue.api.app import create_app

__all__ = ["create_app"]
