"""The annotations of a GitLab job: links from its page to the images in AWS's console, and to the worst violations."""

from collections.abc import Iterator

import msgspec

from gate.policy.verdict import Verdict
from gate.reports import details, summary
from gate.reports.addresses import console_page, secure

MOST_LINKS = 20
MOST_BYTES = 80 * 1024
"""GitLab refuses larger files (docs.gitlab.com, "Instance limits")."""
_MOST_IMAGES = 10

# The shape is GitLab's: ci_job_annotation_data.json and ci_job_external_link_data.json in its validators.


class _Link(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    url: str


class _Annotation(msgspec.Struct, frozen=True, kw_only=True):
    external_link: _Link


def render(verdict: Verdict) -> str:
    """Return the links, of images first, then of violating findings, the worst first; each address once."""
    found: dict[str, str] = {}
    for url, label in (*list(_images(verdict))[:_MOST_IMAGES], *_violations(verdict)):
        found.setdefault(url, label)
    links = [_Annotation(external_link=_Link(label=label, url=url)) for url, label in list(found.items())[:MOST_LINKS]]
    return msgspec.json.encode({"scan-gate": links}).decode() + "\n"


def _images(verdict: Verdict) -> Iterator[tuple[str, str]]:
    for image in verdict.images:
        if url := console_page(image):
            yield url, f"{summary.WORDS[image.verdict]} {summary.image_label(image)} (ECR)"


def _violations(verdict: Verdict) -> Iterator[tuple[str, str]]:
    found = [violation.finding for image in verdict.images for violation in details.violations(image)]
    for finding in sorted(found, key=details.badness):
        if url := secure(finding.url):
            name, packages = details.finding_name(finding), details.package_names(finding.packages)
            yield url, f"{finding.severity.value.upper()} {name} in {packages}"
