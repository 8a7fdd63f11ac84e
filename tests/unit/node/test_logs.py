"""What a node logs: lines that programs read and people can trust, without what others wrote."""

from __future__ import annotations

import asyncio
import io
import logging
import sqlite3
from collections.abc import Iterator

import msgspec
import pytest

from trilogue.errors import InputError, UnavailableError
from trilogue.node.logs import JsonLines, TextLines, loop_failed

SECRET = "the-submarine-is-at-41-north"


@pytest.fixture(params=[TextLines, JsonLines])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that Trilogue logs, at the lowest level, in each form."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    logger = logging.getLogger("trilogue")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(level)


def fail(error: Exception, cause: Exception | None = None) -> None:
    try:
        raise error from cause  # noqa: TRY301 - it is to have been raised
    except Exception:
        logging.getLogger("trilogue.node").exception("it failed")


def test_an_error_is_told_by_class_and_place_without_its_words(written: io.StringIO) -> None:
    fail(ValueError(SECRET), KeyError(SECRET))
    fail(InputError(f"no such level: {SECRET}"))
    text = written.getvalue()
    assert SECRET not in text
    assert "ValueError" in text
    assert "KeyError" in text
    assert "in fail" in text


def test_words_of_the_system_and_of_a_halted_node_are_told(written: io.StringIO) -> None:
    fail(OSError(28, "No space left on device", SECRET))
    fail(UnavailableError("the vault cannot be written"), sqlite3.OperationalError(SECRET))
    text = written.getvalue()
    assert "No space left on device" in text
    assert "the vault cannot be written" in text
    assert SECRET not in text


def test_a_task_that_fails_unseen_is_told_without_its_words(written: io.StringIO) -> None:
    async def stumble() -> None:
        raise RuntimeError(SECRET)

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(loop_failed)
        task = asyncio.create_task(stumble())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(main())
    assert "RuntimeError" in written.getvalue()
    assert "in stumble" in written.getvalue()
    assert SECRET not in written.getvalue()


def test_json_lines_are_json_with_their_fields(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.getLogger("trilogue.node").makeRecord(
        *("trilogue.node", logging.INFO, "", 0, "%s is reached", ("US",), None),
        extra={"peer": "US", "token": SECRET},
    )
    line = msgspec.json.decode(JsonLines().format(record))
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "trilogue.node",
        "message": "US is reached",
        "peer": "US",
    }


def test_nobody_begins_a_line_of_their_own(written: io.StringIO) -> None:
    logging.getLogger("trilogue.node").info("%s", "US\n2016 ERROR forged\x1b[2J")
    assert len(written.getvalue().splitlines()) == 1
    assert "\x1b" not in written.getvalue()
