"""The command line, `chengnuo`: one executable over the same use cases as the HTTP interface.

Each `api/cli_*.py` adds its commands; what is slow to import is imported inside a command.
"""

import typer

from api import (
    cli_audit,
    cli_calendar,
    cli_check,
    cli_database,
    cli_demo,
    cli_draw,
    cli_due,
    cli_enforce,
    cli_explain,
    cli_export,
    cli_import,
    cli_migrate,
    cli_outage,
    cli_serve,
    cli_settings,
    cli_trace,
    cli_workflows,
)

app = typer.Typer(
    name="chengnuo",
    help="承诺：告知承诺制审批引擎。The engine for notify-and-commit approvals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for part in (
    cli_serve,
    cli_demo,
    cli_workflows,
    cli_check,
    cli_export,
    cli_trace,
    cli_due,
    cli_draw,
    cli_enforce,
    cli_explain,
    cli_outage,
    cli_settings,
    cli_import,
    cli_migrate,
    cli_calendar,
    cli_audit,
    cli_database,
):
    part.register(app)
