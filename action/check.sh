#!/usr/bin/env bash
# Runs the check. Options come by the environment (GATE_CHECK_…); the three that have no variable stand here, since a
# variable that somebody left behind must not turn a failure into a success.
set -euo pipefail

arguments=()
[ -z "${SCAN_GATE_CAPTURED_AT:-}" ] || arguments+=("--captured-at=$SCAN_GATE_CAPTURED_AT")
[ -z "${SCAN_GATE_NOW:-}" ] || arguments+=("--now=$SCAN_GATE_NOW")
[ "${SCAN_GATE_EXIT_ZERO:-}" != true ] || arguments+=(--exit-zero)

# -I: neither the workspace nor PYTHONPATH is where modules come from; both may belong to a pull request.
exec "${RUNNER_TEMP:?}/scan-gate-venv/bin/python" -I -m gate check ${arguments[@]+"${arguments[@]}"}
