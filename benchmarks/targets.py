"""What is aimed at: how long a check may take, as a part of what the alternatives take for the same findings."""

from msgspec import Struct

PEAK_MIB = 120
"""MiB that a check of 5,000 findings may need at most."""


class Target(Struct, frozen=True, kw_only=True):
    """The wall time of `gate check` with three reports, against another command's."""

    kind: str
    findings: int
    other: str
    most: float


TARGETS = (
    Target(kind="enhanced", findings=5_000, other="bare boto3", most=0.60),
    Target(kind="basic", findings=5_000, other="bare boto3", most=0.45),
    Target(kind="enhanced", findings=500, other="bare boto3", most=0.95),
    Target(kind="basic", findings=500, other="bare boto3", most=0.95),
    Target(kind="enhanced", findings=5_000, other="AWS CLI + jq", most=0.20),
    Target(kind="basic", findings=5_000, other="AWS CLI + jq", most=0.20),
    Target(kind="enhanced", findings=500, other="AWS CLI + jq", most=0.33),
    Target(kind="basic", findings=500, other="AWS CLI + jq", most=0.33),
)
