"""How long the judgement and the loader take as findings, rules and `ignore` entries grow: seconds of CPU, and ratios.

Run it with `make bench`. Each row is the best of three; ratios say how much longer a row takes than the one above it.
"""

import gc
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial

from benchmarks.made import NOW, policy_of, scan_of
from gate.policy.evaluate import evaluate
from gate.policy.lint import lint
from gate.policy.loader import loads

ROUNDS = 3
SIZES = {
    "findings": ((5_000, 20, 500), (10_000, 20, 500), (20_000, 20, 500), (50_000, 20, 500)),
    "rules": ((50_000, 25, 0), (50_000, 50, 0), (50_000, 100, 0), (50_000, 200, 0)),
    "entries": ((50_000, 0, 625), (50_000, 0, 1_250), (50_000, 0, 2_500), (50_000, 0, 5_000)),
    "all": ((50_000, 200, 5_000),),
}
LINTED = (625, 1_250, 2_500, 5_000)


def best(work: Callable[[], object]) -> float:
    """Return the least CPU seconds of some runs."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        gc.disable()
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
        gc.enable()
    return min(times)


def show(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def judged() -> None:
    """Print how the judgement grows with each of its sizes."""
    show(f"{'growing':<10}{'findings':>10}{'rules':>7}{'entries':>9}{'judged in':>12}{'ratio':>8}")
    for what, rows in SIZES.items():
        before: float | None = None
        for findings, rules, entries in rows:
            scan, policy = scan_of(findings), loads(policy_of(rules, entries), file="made.yaml").used
            seconds = best(partial(evaluate, policy, (scan,), NOW))
            ratio = f"{seconds / before:.2f}" if before else ""
            show(f"{what:<10}{findings:>10,}{rules:>7}{entries:>9,}{seconds:>10.2f} s{ratio:>8}")
            before = seconds


def linted() -> None:
    """Print how loading and linting grows with the entries of a policy."""
    show(f"\n{'linting':<10}{'entries':>10}{'in':>12}{'ratio':>8}")
    before: float | None = None
    for entries in LINTED:
        data = policy_of(20, entries)
        seconds = best(partial(_lint, data))
        show(f"{'':<10}{entries:>10,}{seconds:>10.2f} s{f'{seconds / before:.2f}' if before else '':>8}")
        before = seconds


def _lint(data: bytes) -> tuple[str, ...]:
    return lint(loads(data, file="made.yaml"), date(2026, 11, 20))


if __name__ == "__main__":
    judged()
    linted()
