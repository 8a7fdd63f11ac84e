"""The command line: nouns and verbs that read as sentences.

`trilogue.cli.root` is the command itself. What each command needs is imported when it runs, so
that help is quick; `trilogue.cli.exits` turns every error into a line and an exit code.
"""

__all__ = ["main"]


def main() -> None:
    """Run `trilogue` with the arguments of the process, and exit."""
    from trilogue.cli.root import trilogue

    trilogue(prog_name="trilogue")
