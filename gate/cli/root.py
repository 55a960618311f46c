"""The commands of `gate`, each imported only when it is called, so that --help and linting stay fast."""

import click

from gate import __version__
from gate.cli.lazy import LazyCommands

# Command to where it is, and what the list of commands says of it (which must not import it).
COMMANDS = {
    "check": ("gate.cli.check:check", "Collect evidence, judge it, write reports, exit with the verdict."),
    "verdict": ("gate.cli.verdict:verdict", "Exit with the verdict of a document that `check -o json=` wrote."),
    "render": ("gate.cli.render:render", "Write any report from a verdict document that `check -o json=` wrote."),
    "doctor": (
        "gate.cli.doctor:doctor",
        "Say why an image has no verdict: access, scanning, times, and the next step.",
    ),
    "explain": ("gate.cli.explain:explain", "Say why a finding counts or not, and what would turn the verdict."),
    "policy": ("gate.cli.policy:policy", "Work with policies, without AWS."),
    "schema": ("gate.cli.schema:schema", "Print the JSON Schema of the verdict document."),
}


@click.group(
    cls=LazyCommands,
    places=COMMANDS,
    context_settings={"auto_envvar_prefix": "GATE", "help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 pass, 1 policy violated, 2 usage or policy file, 3 no verdict, 4 not yet (retry), 5 AWS "
    "refused, 10 only warnings (--warn-exit), 70 fault of the gate, 130 interrupted, 143 terminated.",
)
# NOTE: without allow_from_autoenv=False a variable GATE_VERSION=1, which a pipeline may well have, made every run exit
# with 0.
@click.version_option(__version__, prog_name="scan-gate", allow_from_autoenv=False)
def root() -> None:
    """Judge AWS's own image scan results against a policy; never pass without evidence."""
