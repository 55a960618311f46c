"""The validators of other projects, as they lie in the folder that SCAN_GATE_SHARED names."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

SHARED = os.environ.get("SCAN_GATE_SHARED", "")
needs_shared = pytest.mark.skipif(not SHARED, reason="SCAN_GATE_SHARED names no folder with schemas and recordings")


@cache
def junit_schema() -> etree.XMLSchema:
    """Return the schema of Jenkins' xunit plugin."""
    return etree.XMLSchema(etree.parse(Path(SHARED, "schemas", "jenkins.junit-10.xsd")))


def sarif_faults(report: Path) -> str:
    """Return what the schema, code scanning's upload rules and the SARIF validator find; empty: nothing."""
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = ["bash", str(Path(SHARED, "tools", "check_sarif.sh")), str(report)]
    done = subprocess.run(
        command, env=os.environ | {"PATH": tools}, capture_output=True, text=True, check=False, timeout=300
    )
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}" or f"exit code {done.returncode}"
