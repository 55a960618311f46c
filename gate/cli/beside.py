"""What `check` judges beside policy and scans: facts, VEX, baseline, environment; and what they ask of the sources."""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from gate.cli.baselines import Baselines, Collect, check_option, file_named
from gate.cli.evidence import Access
from gate.cli.known import read_facts
from gate.errors import PolicyError, UsageError
from gate.facts.known import Facts
from gate.model import Refusal, Scan
from gate.plain import one_line
from gate.policy.capabilities import lacking, needs_epss, needs_kev, refuse_unknowable, undecided
from gate.policy.effective import envs
from gate.policy.evaluate import Beside
from gate.policy.loaded import Loaded
from gate.policy.patterns import matcher
from gate.policy.verdict import Setting
from gate.target import BuildTarget, Target


class Given(Struct, frozen=True, kw_only=True):
    """What the command line gives beside targets and policy, once it is read."""

    policy: Loaded
    facts: Facts
    env: str | None
    baseline: str | None

    def access(self, access: Access) -> Access:
        """Return how AWS is asked: for EPSS and Inspector's details too, where conditions need them and no file has."""
        rules = self.policy.policy
        return replace(
            access,
            epss=needs_epss(rules, self.facts),
            undecided=partial(undecided, rules) if needs_kev(rules, self.facts) else None,
        )

    def beside(
        self,
        scans: tuple[Scan | Refusal, ...],
        collect: Collect,
        *,
        settings: tuple[Setting, ...] = (),
        warn_exit: bool = False,
    ) -> Beside:
        """Return everything that the judgement takes; PolicyError where the policy asks for what nobody can know."""
        told = tuple(one for one in scans if isinstance(one, Scan))
        refuse_unknowable(self.policy.policy, told, self.facts, self.policy.place, env=self.env)
        return Beside(
            facts=self.facts,
            vex=self.policy.statements,
            compared=Baselines(self.policy, self.baseline, collect, self.facts).compared(scans),
            env=self.env,
            settings=settings,
            warn_exit=warn_exit,
        )


def given(  # noqa: PLR0913 - one for each option
    policy: Loaded,
    *,
    kev: str | None,
    epss: str | None,
    env: str | None,
    baseline: str | None,
    targets: tuple[Target, ...] = (),
) -> Given:
    """Read what the options name, and check that the policy has a use for them; UsageError when it has none."""
    check_env(env, policy)
    check_option(policy, baseline)
    facts = read_facts(kev, epss)
    if any(isinstance(target, BuildTarget) for target in targets):
        _refuse_for_builds(policy, facts)
    return Given(policy=policy, facts=facts, env=env, baseline=baseline)


def files_of(policy: Loaded) -> tuple[str, ...]:
    """Return the files that a policy consists of, and those that it names."""
    baseline = file_named(policy)
    return (*policy.files, *(one.file for one in policy.vex), *([baseline] if baseline else []))


def check_env(env: str | None, *policies: Loaded) -> None:
    """Raise UsageError for an environment that none of the policies names: most likely it is misspelt."""
    named = tuple(dict.fromkeys(name for one in policies for name in envs(one.policy)))
    if env is None or matcher(named)(env):
        return
    known = f"it names {one_line(', '.join(named), 200)}" if named else "it names none"
    raise UsageError(
        f"--env {one_line(env, 60)}: the policy has no override for this environment; {known}",
        hint="Name one of these, or leave out --env." if named else "Leave out --env.",
    )


def _refuse_for_builds(policy: Loaded, facts: Facts) -> None:
    """Refuse rules on facts that Image Builder lacks before anything is asked: a build may take hours."""
    known = {"kev", "kev_due"} if facts.kev is not None else set()
    known |= {"epss"} if facts.epss is not None else set()
    found = lacking(policy.policy, "imagebuilder", frozenset(known))
    faults = tuple(f"{policy.place(*path)}: {text}" for path, text, never in found if never)
    if faults:
        raise PolicyError(faults)
