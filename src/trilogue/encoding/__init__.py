"""The only codec: canonical JSON, strict base64, digests, instants.

Statements, leaves and deliveries are canonical JSON: the subset of RFC 8785 with sorted ASCII
keys, integers below 2^53 and no floats. What is signed, hashed or stored is always the exact
bytes; what is read is re-encoded and compared, so that one meaning has one spelling.

>>> from trilogue.encoding import canonical
>>> canonical.encode({"to": ["US"], "kind": "grant", "v": 1})
b'{"kind":"grant","to":["US"],"v":1}'

Floats live only inside the payloads of portions, which `canonical.encode_payload` writes.
"""
