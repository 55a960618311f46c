"""Answers Terraform's `external` data source: judges the image of the query, and prints the verdict as flat JSON.

The query is read as data and handed over as arguments: no shell sees it. A reference without a digest is an error, and
so is a run that left no verdict document.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

IMAGE = re.compile(r"\d{12}\.dkr[.-]ecr[a-z0-9.-]*/[a-z0-9._/-]+@sha256:[0-9a-f]{64}", re.ASCII)
KEYS = {"image", "policy", "document", "wait"}


def main() -> int:
    """Judge, print, and say 0 where there is an answer."""
    query = json.load(sys.stdin)
    if set(query) != KEYS or not all(isinstance(value, str) for value in query.values()):
        sys.stderr.write(f"the query must hold {', '.join(sorted(KEYS))}, each a text\n")
        return 2
    if not IMAGE.fullmatch(query["image"]):
        sys.stderr.write("image must be ACCOUNT.dkr.ecr.REGION.…/REPOSITORY@sha256:DIGEST\n")
        return 2
    document = Path(query["document"])
    document.unlink(missing_ok=True)  # an older one must not be taken for this run's
    options = [f"--policy={query['policy']}", f"--wait={query['wait']}", f"--output=json={document}"]
    # NOTE: Terraform reads stdout, and shows stderr when the exit code is not 0.
    ran = subprocess.run(  # noqa: S603 - no shell, and the image is a reference by now
        ["gate", "check", "-q", *options, "--", query["image"]],  # noqa: S607 - found on PATH, as terraform is
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if not document.is_file():
        return ran.returncode or 70
    verdict = json.loads(document.read_bytes())
    if verdict["exit_code"] != ran.returncode or not verdict["finished"]:
        return ran.returncode or 70
    answer = {
        "verdict": verdict["verdict"],
        "exit_code": str(ran.returncode),
        "reason": verdict["reason"],
        "image": query["image"] if ran.returncode == 0 else "",
    }
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
