"""Writes the corpus of every target, always the same bytes; run it as `python -m fuzz.make_corpus`.

Everything in it is made here, or of examples/, policies/ and the tests' builders. Files whose names begin with `found-`
are inputs that found something once: they are kept by hand, and left alone.
"""

import re
from pathlib import Path
from random import Random

import msgspec

from fuzz.corpus import HERE, Inputs
from fuzz.corpus_of_aws import ARN, answers, bundles, packed, saved_answers, text_of
from fuzz.draw import TEXTS
from fuzz.policies import BETWEEN
from fuzz.shapes import filled
from fuzz.wire import OPERATIONS
from gate.reports import json_document
from tests.builders import DIGEST
from tests.policy.test_whole_language import TEXT
from tests.reports.samples import SAMPLES

ROOT = Path(__file__).parent.parent
FOUND = "found-"
_REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app"
_KEV = {
    "title": "CISA Catalog of Known Exploited Vulnerabilities",
    "catalogVersion": "2026.11.19",
    "dateReleased": "2026-11-19T15:00:00.5Z",
    "count": 2,
    "vulnerabilities": [
        {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "dueDate": "2021-12-24"},
        {"cveID": "CVE-2026-2000", "dateAdded": "2026-11-10", "dueDate": "2026-12-01"},
    ],
}
_EPSS = (
    b"#model_version:v2025.03.14,score_date:2026-11-20T00:00:00Z\ncve,epss,percentile\n"
    b"CVE-2021-44228,0.94358,0.99961\nCVE-2026-2000,1e-05,0.1\n"
)
_VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.com/vex/1",
    "author": "security@example.com",
    "timestamp": "2026-11-01T00:00:00Z",
    "version": 1,
    "statements": [
        {
            "vulnerability": {"name": "CVE-2021-44228", "aliases": ["GHSA-jfh8-c2jp-5v3q"]},
            "products": [{"@id": f"pkg:oci/app@{DIGEST.replace(':', '%3A')}?repository_url=example.com/team/app"}],
            "status": "not_affected",
            "justification": "vulnerable_code_not_present",
            "impact_statement": "Not compiled in.",
        },
        {
            "vulnerability": {"name": "CVE-2026-2000"},
            "products": [{"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:deb/debian/openssl@1.0-1?arch=amd64"}]}],
            "status": "fixed",
            "last_updated": "2026-11-10T01:02:03+02:00",
        },
        {"vulnerability": {"name": "CVE-2026-4000"}, "products": ["pkg:oci/app"], "status": "under_investigation"},
        {
            "vulnerability": {"name": "GHSA-aaaa-bbbb-cccc"},
            "products": [{"@id": f"pkg:oci/app?arch=amd64&repository_url={_REPOSITORY}", "subcomponents": []}],
            "status": "affected",
            "action_statement": "Upgrade.",
        },
        {"vulnerability": {"name": "CVE-2026-1"}, "products": ["pkg:npm/%40a/b@1.0#c/d"], "status": "fixed"},
    ],
}
# NOTE: a policy that is read from bytes can name no other file.
_EVERYTHING = re.sub(r"(?m)^vex:\n(?:  .*\n)+", "", TEXT)
_TARGETS = (
    "team/app:v1", f"team/app@{DIGEST}", f"team/app:v1@{DIGEST}", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b:c",
    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/app:v1", "123456789012.dkr-ecr.eu-west-1.on.aws/app:v1",
    "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:v1", ARN, ARN.replace("/4", "/x"), "-", "./a.json",
    "arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/web", "file:///tmp/a.json.gz", "a.json",
    "ghcr.io/a/b:c", "https://example.com/a:b", "123456789012.dkr.ecr.eu-west-1.example.com/app:v1",
    "app", "", "file://host/a", "app:v1.json",
)  # fmt: skip


def main() -> None:
    """Write every file that is not there as it should be, and remove what is no longer made."""
    for name, inputs in corpora().items():
        folder = HERE / name
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.name not in inputs and not path.name.startswith(FOUND):
                path.unlink()
        for file, data in inputs.items():
            (folder / file).write_bytes(data)


def corpora() -> dict[str, Inputs]:
    """Return the inputs of every target, by target and file."""
    return {
        "policy": _policies(),
        "policy-extends": _extending(),
        "policy-tests": _policy_tests(),
        "saved-evidence": saved_answers(),
        "bundle": bundles(),
        "wire": {f"{name}.txt": f"{name}\n".encode() + text_of(filled(shape)) for name, shape in OPERATIONS.items()},
        "aws": answers(),
        "target": {f"{number:02}.txt": text.encode() for number, text in enumerate(_TARGETS)},
        "vex": {"statements.json": text_of(_VEX), "none.json": text_of({**_VEX, "statements": []})},
        "kev": {"catalogue.json": text_of(_KEV), "catalogue.json.gz": packed(text_of(_KEV))},
        "epss": {"scores.csv": _EPSS, "scores.csv.gz": packed(_EPSS), "lines.csv": _EPSS.replace(b"\n", b"\r\n")},
        "verdict-document": _documents(),
        "report": _bytes(),
    }


def _policies() -> Inputs:
    shipped = {path.name: _bare(path) for path in sorted((ROOT / "policies").glob("*.yaml"))}
    return {**shipped, "demo.yaml": _bare(ROOT / "examples" / "gate.yaml"), "everything.yaml": _EVERYTHING.encode()}


def _extending() -> Inputs:
    base, team = (_bare(ROOT / "policies" / name) for name in ("org-base.yaml", "org-team.yaml"))
    extends = b"version: 1\nextends: base.yaml\n"
    lines = re.sub(r"(?m)^(?:version|required_version|name|lock):.*\n", "", _EVERYTHING).partition("\ntests:\n")[0]
    every = f"{lines}\n".encode()
    return {
        "shipped.txt": base + BETWEEN + team.replace(b"org-base.yaml", b"base.yaml"),
        "every-key.txt": b"version: 1\n" + every + BETWEEN + extends + every,
        "nothing.txt": b"version: 1\nmax: {critical: 0}\n" + BETWEEN + extends,
        "tighter.txt": b"version: 1\nmax: {high: 5}\ncvss_floor: 9.0\nrules: [{name: a, when: {kev: true}}]\n" + BETWEEN
        + extends + b"max: {high: {fixable: 0}}\ncvss_floor: 7.0\nmode: enforce\n"
        + b"overrides: [{for: {env: dev}, max: {low: 0}}]\n",
    }  # fmt: skip


def _bare(path: Path) -> bytes:
    """Return a policy without comments, blank lines and tests: a target of its own has these."""
    text = re.sub(r"(?m)^\s*#.*\n|\s+#.*$|^\s*\n", "", path.read_text(encoding="utf-8"))
    return text.partition("\ntests:\n")[0].encode() + b"\n"


def _policy_tests() -> Inputs:
    found = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "policies").glob("*.yaml"))}
    tests = {name: text.partition("\ntests:\n")[2].encode() for name, text in found.items()}
    return {name: text for name, text in tests.items() if text and len(text) < 4_000}


def _documents() -> Inputs:
    # NOTE: whichever version of the gate writes them, they are the same.
    small = {name: msgspec.structs.replace(SAMPLES[name], gate="0.1.0") for name in ("fail", "clean")}
    return {f"{name}.json": json_document.render(verdict).encode() for name, verdict in small.items()}


def _bytes() -> Inputs:
    chance = Random(6)
    texts = "".join(TEXTS).encode("utf-8", "surrogatepass")
    drawn = {f"{size:04}.bin": chance.randbytes(size) for size in (16, 64, 200, 600, 1_500)}
    return {
        **drawn,
        "low.bin": bytes(chance.randrange(0x60) for _ in range(900)),
        "texts.bin": b"\x01\xf0" * 40 + texts,
    }


if __name__ == "__main__":
    main()
