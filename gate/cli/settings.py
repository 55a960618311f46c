"""Which settings of a run came from the environment: named in the verdict document, never with their values."""

from collections.abc import Iterator, Mapping
from itertools import chain

import click
import msgspec
from click.core import ParameterSource

from gate.model import Refusal, Scan
from gate.policy.verdict import Setting

_ENDPOINT = "AWS_ENDPOINT_URL"


def settings_of_options(ctx: click.Context) -> tuple[Setting, ...]:
    """Return the options of a command that came from the environment, by name of the option."""
    found = []
    for parameter in ctx.command.params:
        name = parameter.name or ""
        if ctx.get_parameter_source(name) is ParameterSource.ENVIRONMENT:
            variable = parameter.envvar if isinstance(parameter.envvar, str) else f"GATE_CHECK_{name.upper()}"
            found.append(Setting(name=name.replace("_", "-"), variable=variable))
    return tuple(found)


Evidence = tuple[Scan | Refusal, ...]


def with_settings(scans: Evidence, variables: tuple[str, ...]) -> Evidence:
    """Return the scans, those that come from AWS with the variables that decided which AWS was asked.

    They belong to the evidence: saved with it, and told again when it is judged again.
    """
    return tuple(
        msgspec.structs.replace(scan, settings=variables) if isinstance(scan, Scan) and not scan.replayed else scan
        for scan in scans
    )


def settings_of_evidence(scans: Evidence, variables: tuple[str, ...]) -> tuple[Setting, ...]:
    """Return the settings that the evidence came by: those of this run's AWS, and those told by saved evidence."""
    told = chain(variables, *(scan.settings for scan in scans if isinstance(scan, Scan)))
    return tuple(Setting(name=name.lower().replace("_", "-"), variable=name) for name in dict.fromkeys(told))


def region_of(option: str | None, environment: Mapping[str, str]) -> str | None:
    """Return the region to ask in, or None to leave it to boto3."""
    # NOTE: jobs in AWS are given AWS_REGION, and boto3 itself reads AWS_DEFAULT_REGION only.
    return option or environment.get("AWS_REGION") or None


def variables_of_aws(environment: Mapping[str, str], *, region: str | None, profile: str | None) -> tuple[str, ...]:
    """Return the variables that decide which AWS is asked, and for whom; `region` and `profile` are the options."""
    return tuple(_used(environment, region, profile))


def _used(environment: Mapping[str, str], region: str | None, profile: str | None) -> Iterator[str]:
    # NOTE: of two that mean the same the first is taken, and an option wins over both (botocore's own order for the
    # profile; for the region see `check`).
    for option, names in (
        (region, ("AWS_REGION", "AWS_DEFAULT_REGION")),
        (profile, ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")),
    ):
        named = [name for name in names if environment.get(name)]
        yield from named[:1] if not option else ()
    yield from sorted(
        name for name, value in environment.items() if value and (name == _ENDPOINT or name.startswith(f"{_ENDPOINT}_"))
    )
