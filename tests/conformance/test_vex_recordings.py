"""OpenVEX documents, as others published them: read, counted as their index says, and settling what they are about."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.model import Image, Package
from gate.policy.vex import Vex
from gate.policy.vex_document import VexDocument, read_vex
from tests.builders import finding, image, package
from tests.conformance.validators import SHARED, needs_shared

pytestmark = needs_shared
FOLDER = Path(SHARED, "corpus", "openvex")
NOW = datetime(2026, 11, 20, tzinfo=UTC)
READ: dict[str, dict[str, int]] = {
    "awslabs-mcp-cve-2023-45853.openvex.json": {"not_affected": 1},
    "defectdojo-many-vuln.json": {"not_affected": 3, "affected": 1, "fixed": 1, "under_investigation": 1},
    "defectdojo-no-vuln.json": {},
    "go-vex-v0.0.1-noversion.json": {"fixed": 1},
    "go-vex-v0.0.1.json": {"fixed": 1},
    "trivy-integration-openvex.json": {"not_affected": 1},
    "trivy-project-oci.openvex.json": {"not_affected": 7},
    "trivy-project-trivy.openvex.json": {"not_affected": 21},
    "trivy-test-openvex-multiple.json": {"affected": 1, "not_affected": 1},
    "trivy-test-openvex-nested.json": {"not_affected": 1},
    "trivy-test-openvex-oci-mismatch.json": {"not_affected": 1},
    "trivy-test-openvex-oci.json": {"not_affected": 1},
    "trivy-test-openvex.json": {"not_affected": 1},
    "vexctl-demo.vex.json": {"fixed": 1},
    "vexctl-document1.vex.json": {"under_investigation": 1},
    "vexctl-document2.vex.json": {"fixed": 1},
    "vexctl-sample-history.openvex.json": {"not_affected": 2},
}
"""The statements of each document, by status."""
REFUSED = {"defectdojo-not-a-document.json": "is a list; expected an OpenVEX document"}


def recorded(name: str) -> VexDocument:
    return read_vex((FOLDER / name).read_bytes(), name)


def indexed() -> dict[str, dict[str, int]]:
    """Return how many statements of each status the corpus' index counts in each file."""
    rows = [line.split("|") for line in (FOLDER.parent / "INDEX.md").read_text(encoding="utf-8").splitlines()]
    cells = [[cell.strip() for cell in row] for row in rows if len(row) > 8]
    counted = {row[2]: re.findall(r"([a-z_]+) (\d+)", row[7]) for row in cells if row[1] == "openvex"}
    return {name: {word: int(number) for word, number in found} for name, found in counted.items()}


def test_every_recording_of_the_folder_is_in_the_table_as_in_the_index() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*READ, *REFUSED}
    assert indexed() == READ | {name: {} for name in REFUSED}


@pytest.mark.parametrize("name", READ)
def test_a_published_document_is_read_and_counted(name: str) -> None:
    document = recorded(name)

    assert Counter(statement.status for statement in document.statements) == READ[name]
    assert document.author
    assert all(statement.ids and statement.products for statement in document.statements)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_document_is_refused(name: str) -> None:
    with pytest.raises(PolicyError) as refused:
        recorded(name)

    [fault] = refused.value.faults
    assert fault.startswith(f"{name}: {REFUSED[name]}")


NGINX = image(digest="sha256:13d22ec63300e16014d4a42aed735207a8b33c223cff19627dd3042e5a10a3a0")
SPRING = package("org.springframework.boot:spring-boot", version="2.6.0", type="jar")
ZLIB = package("zlib1g", version="1.2.13.dfsg-1")


@pytest.mark.parametrize(
    ("name", "identity", "seen", "where", "status"),
    [
        ("vexctl-sample-history.openvex.json", "CVE-2023-27103", package(), NGINX, "not_affected"),
        ("vexctl-sample-history.openvex.json", "SNYK-DEBIAN12-LIBDE265-3361563", package(), NGINX, "not_affected"),
        ("vexctl-sample-history.openvex.json", "CVE-2023-27103", package(), image(), None),
        ("trivy-test-openvex.json", "CVE-2021-44228", SPRING, image(), "not_affected"),
        ("trivy-test-openvex-multiple.json", "CVE-2021-44228", SPRING, image(), "not_affected"),
        ("awslabs-mcp-cve-2023-45853.openvex.json", "CVE-2023-45853", ZLIB, image(), "not_affected"),
        # NOTE: the author left out the epoch that Debian's zlib has.
        ("awslabs-mcp-cve-2023-45853.openvex.json", "CVE-2023-45853",
         package("zlib1g", version="1:1.2.13.dfsg-1"), image(), None),
        ("go-vex-v0.0.1.json", "CVE-2023-12345", package("git", version="2.39.0-r1", arch="X86_64"), image(), "fixed"),
        ("go-vex-v0.0.1.json", "CVE-2023-12345", package("git", version="2.39.0-r1", arch="AARCH64"), image(), None),
        ("defectdojo-many-vuln.json", "CVE-2024-10006", package("openssl", version="1.1.1k-r0"), image(),
         "not_affected"),
        ("vexctl-document1.vex.json", "CVE-1234-5678", package("bash", version="1.0.0"), image(), None),
        ("vexctl-document2.vex.json", "CVE-1234-5678", package("bash", version="1.0.0"), image(), "fixed"),
        ("trivy-project-oci.openvex.json", "CVE-2023-42363", package("busybox"), image(repository="trivy"), None),
        ("trivy-test-openvex-oci.json", "CVE-2022-3715", package("bash"), image(repository="debian"), None),
        ("trivy-project-trivy.openvex.json", "CVE-2024-34155",
         package("go/stdlib", version="1.22.0", type="generic"), image(repository="trivy"), None),
    ],
)  # fmt: skip
def test_a_published_statement_settles_what_it_is_known_to_be_about(
    name: str, identity: str, seen: Package, where: Image, status: str | None
) -> None:
    settled = Vex(recorded(name).statements, NOW).settle(finding(identity, packages=(seen,)), where)

    assert (settled.status if settled else None) == status
