"""What to upgrade: the packages whose fixed versions clear violating findings, the one that clears most first."""

from collections import defaultdict

from gate.model import Finding, Fix, Package
from gate.policy.verdict import ImageVerdict, JudgedFinding, RuleOutcome, Upgrade
from gate.policy.versions import highest

_VIOLATED = {RuleOutcome.FAIL, RuleOutcome.WARN}


class _Need:
    """What is collected for one package while the findings are read."""

    def __init__(self) -> None:
        self.installed: dict[str, None] = {}
        self.targets: dict[str, None] = {}
        self.clears = 0
        self.images: dict[int, None] = {}


def violating(image: ImageVerdict) -> tuple[int, ...]:
    """Return the indexes of the findings that stand in a violated rule of the image, in order."""
    found = {index for rule in image.rules if rule.outcome in _VIOLATED for index in rule.findings}
    return tuple(sorted(found))


def is_clearable(finding: Finding | JudgedFinding) -> bool:
    """Tell whether upgrades alone remove the finding: a fix exists, and every package of it names a fixed version."""
    return finding.fix is Fix.FULL and bool(finding.packages) and all(p.fixed_in for p in finding.packages)


def upgrades(images: tuple[ImageVerdict, ...]) -> tuple[Upgrade, ...]:
    """Return the packages to upgrade over all images, the one that clears most violating findings first."""
    needs: dict[tuple[str, str | None], _Need] = defaultdict(_Need)
    for number, image in enumerate(images):
        for index in violating(image):
            finding = image.findings[index]
            if is_clearable(finding):
                _collect(needs, finding, number)
    found = [_upgrade(name, kind, need) for (name, kind), need in needs.items()]
    return tuple(sorted(found, key=lambda upgrade: (-upgrade.clears, upgrade.name, upgrade.type or "")))


def _collect(needs: dict[tuple[str, str | None], _Need], finding: JudgedFinding, image: int) -> None:
    named: dict[tuple[str, str | None], list[Package]] = defaultdict(list)
    for package in finding.packages:
        named[package.name, package.type].append(package)
    for key, packages in named.items():
        need = needs[key]
        need.clears += 1
        need.images[image] = None
        need.installed.update((package.version, None) for package in packages if package.version)
        need.targets.update((package.fixed_in, None) for package in packages if package.fixed_in)


def _upgrade(name: str, kind: str | None, need: _Need) -> Upgrade:
    return Upgrade(
        name=name,
        type=kind,
        installed=tuple(sorted(need.installed)),
        to=highest(list(need.targets)),
        clears=need.clears,
        images=tuple(need.images),
    )
