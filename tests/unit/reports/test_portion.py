from trilogue.reports.portion import open_sealed, parse_header, seal, verify_header

from .examples import draft


def test_what_is_sealed_opens_to_what_was_written():
    given = draft()
    sealed = seal(given)
    header = verify_header(parse_header(sealed.header_bytes), sealed.digest)
    assert open_sealed(header, sealed.key, sealed.ciphertext) == given.plaintext
    assert header == sealed.header
