"""`gate policy show`: the policy that holds, for an image and an environment, as one file."""

import click
from msgspec.structs import replace

from gate.cli.beside import check_env
from gate.cli.chosen import chosen
from gate.cli.clock import SystemClock
from gate.cli.policy_evidence import saved_scans
from gate.cli.terminal import show
from gate.cli.values import PLATFORM_NAME
from gate.errors import EvidenceError
from gate.model import Image, Refusal
from gate.plain import neutral, one_line
from gate.policy.effective import effective, selects
from gate.policy.yaml_text import yaml_of
from gate.target import BuildTarget, EcrTarget, parse_target


@click.command("show", short_help="Print the policy that holds, with all that it takes from others.")
@click.argument("target", required=False, metavar="[TARGET]")
@click.option("-p", "--policy", metavar="FILE", help="The policy; else gate.yaml, else the built-in one.")
@click.option("--max", "maxima", metavar="SEVERITY=N", multiple=True, help="A limit, instead of a file; repeat it.")
@click.option("--env", metavar="NAME", help="The environment that overrides select by.")
@click.option("--platform", type=PLATFORM_NAME, help="The platform that overrides select by.")
def show_policy(
    target: str | None, policy: str | None, maxima: tuple[str, ...], env: str | None, platform: str | None
) -> int:
    """Print the policy as one file: with what it takes from those that it extends, and what holds by itself.

    With TARGET, --env or --platform, the overrides that select this image are worked in. What a name does not tell of
    an image is not known: there an override tightens, and does not relax.
    """
    loaded = chosen(policy, maxima)
    check_env(env, loaded)
    resolved = loaded.used.resolved
    applied = ""
    if target is not None or env or platform:
        image = _image(target, platform)
        held = effective(resolved, image, env, SystemClock().now().date())
        selected = {index: selects(resolved.overrides[index].for_, image, env)[0] for index in held.overrides}
        numbers = ", ".join(f"{index + 1}{'' if sure else ' (perhaps)'}" for index, sure in selected.items())
        applied = f"; overrides that apply: {numbers or 'none'}"
        resolved = replace(held.policy, overrides=())
    files = ", ".join(one_line(name, 200) for name in loaded.files) or "the command line"
    show(neutral(f"# {one_line(loaded.name, 100)}, from {files}{applied}\n{yaml_of(resolved)}"))
    return 0


def _image(text: str | None, platform: str | None) -> Image:
    """Return what is known of an image by its name alone, or by its saved evidence."""
    if text is None:
        return Image(target="any image", source="", platform=platform)
    target = parse_target(text)
    if isinstance(target, EcrTarget):
        return Image(
            target=text,
            source="ecr",
            registry=target.registry,
            region=target.region,
            repository=target.repository,
            digest=target.digest,
            tags=(target.tag,) if target.tag else (),
            platform=platform,
        )
    if isinstance(target, BuildTarget):
        return Image(target=text, source="imagebuilder", registry=target.account, region=target.region, arn=target.arn)
    (scan,) = saved_scans((target,), None, settle=0.0)
    if isinstance(scan, Refusal):
        raise EvidenceError(f"{one_line(text, 200)}: {one_line(scan.reason, 300)}", hint=scan.hint)
    return replace(scan.image, platform=platform or scan.image.platform)
