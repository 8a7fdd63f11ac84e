"""`trilogue completion`: have a shell complete commands."""

from __future__ import annotations

import click

__all__ = ["completion"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, *, shell: str) -> None:
    """Print what makes SHELL complete `trilogue`.

    \b
    bash:  eval "$(trilogue completion bash)"            in ~/.bashrc
    zsh:   eval "$(trilogue completion zsh)"             in ~/.zshrc
    fish:  trilogue completion fish > ~/.config/fish/completions/trilogue.fish
    """
    from click.shell_completion import get_completion_class

    make = get_completion_class(shell)
    assert make is not None
    root = ctx.find_root().command
    click.echo(make(root, {}, "trilogue", "_TRILOGUE_COMPLETE").source())
