"""perennial consent show: what a customer has consented to, and where each refusal came from."""

from typing import TYPE_CHECKING, Annotated

import typer

from perennial.console.cli.output import JsonOption, error_handler, show

if TYPE_CHECKING:
    from perennial.consent import ConsentStatement

app = typer.Typer(help="What customers have consented to.", no_args_is_help=True)


@app.callback()
def consent() -> None:
    """What customers have consented to."""


@app.command("show")
def show_statements(
    customer: Annotated[str, typer.Argument(help="The customer's id, a former one or a device's.")],
    purpose: Annotated[str | None, typer.Option(help="Only this purpose: profiling, training or a channel.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Every grant and refusal that counts for a customer; of each purpose the newest, which holds, first."""
    from perennial.consent import read_statements
    from perennial.database import Role, connect

    with error_handler(as_json=as_json):
        with connect(Role.READER) as connection:
            statements = [one for one in read_statements(connection, customer) if purpose in {None, one.purpose}]
        show(statements, as_json=as_json, render=render_statements)


def render_statements(statements: "list[ConsentStatement]") -> str:
    """A line for each statement, under its purpose."""
    if not statements:
        return "No record of consent, so none is assumed."
    return "\n".join(f"{one.purpose}: {one}" for one in statements)
