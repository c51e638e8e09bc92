"""perennial experiments holdout show | set | audit: the control group that is never messaged."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group

from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.holdout import HoldoutStatus, Leak

app = typer.Typer(help="The control group that is never messaged.", no_args_is_help=True)


@app.callback()
def holdout() -> None:
    """The control group that is never messaged."""


@app.command("show")
def show_status(as_json: JsonOption = False) -> None:
    """How many customers are held out, and since when."""
    from perennial.holdout import read_status

    with error_handler(as_json=as_json):
        show(read_status(), as_json=as_json, render=render_status)


@app.command("set")
def set_share(
    share: Annotated[float, typer.Argument(help="The share of customers to hold out, such as 0.1.")],
    as_json: JsonOption = False,
) -> None:
    """Change the share for customers first seen after the next publish; who was drawn before stays on their side."""
    from perennial.lifecycle import write_holdout_share
    from perennial.settings import load_settings

    with error_handler(as_json=as_json):
        path = load_settings().home / "lifecycle.yml"
        write_holdout_share(path, share)
        show(
            {"holdout_share": share, "file": str(path)},
            as_json=as_json,
            render=lambda _: (
                f"Of customers first seen after the next publish {share:.1%} are held out; "
                f"who was drawn before stays on their side ({path})."
            ),
        )


@app.command()
def audit(as_json: JsonOption = False) -> None:
    """Whether the newest audiences would send to anyone of the control group, under their own id or another."""
    from perennial.database import Role, connect
    from perennial.holdout import find_leaks, read_clusters

    with error_handler(as_json=as_json):
        with connect(Role.READER) as connection:
            leaks = find_leaks(connection, read_clusters(connection))
        show(leaks, as_json=as_json, render=render_leaks)
    raise typer.Exit(1 if leaks else 0)


def render_status(status: "HoldoutStatus") -> Group:
    """How many customers are held out, and a table of when they joined."""
    rows = [(spell.valid_from.date(), spell.count_joined, spell.count_members) for spell in status.spells]
    summary = (
        f"{status.count_members:,} of {status.count_customers:,} customers are held out "
        f"({status.share_held:.1%}); {status.share:.1%} of new ones will be.\n"
        f"{status.count_clusters:,} clusters share an address, a phone or a household; "
        f"the largest has {status.largest_cluster:,} customers.\n"
    )
    return Group(summary, table("Joined", ("on", "customers", "members still"), rows))


def render_leaks(leaks: "list[Leak]") -> str:
    """A line for each leak, and what ends them."""
    if not leaks:
        return "No leak: the newest audiences would send to nobody of the control group."
    return "\n".join([*map(str, leaks), f"{len(leaks):,} leaks. The next publish holds them out: `perennial run`."])
