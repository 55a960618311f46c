#!/usr/bin/env bash
# Installs what the gate needs into a virtual environment of its own under $RUNNER_TEMP: pinned by hash, wheels only, so
# that no package's code runs while it is installed; compiled, since starting without bytecode takes twice as long.
set -euo pipefail

python=${SCAN_GATE_PYTHON:-python3}
venv=${RUNNER_TEMP:?}/scan-gate-venv
requirements=$GITHUB_ACTION_PATH/requirements/runtime.txt
stamp=$venv/.ready

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "scan-gate needs Python 3.11 or later, and $python is not that; name another with the input python" >&2
  exit 2
}
wanted=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest(), sys.argv[2], sys.version)' \
  "$requirements" "$GITHUB_ACTION_PATH")
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
  exit 0
fi

rm -rf "$venv"
if command -v uv >/dev/null; then
  "$python" -m venv --without-pip "$venv"
  # A runner of one's own may stand behind a proxy whose certificate only its system knows. pip asks the system, uv asks
  # when it is told to (older versions know the second name); the hashes hold either way.
  export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true} UV_NATIVE_TLS=${UV_NATIVE_TLS:-true}
  uv pip install --quiet --no-config --python "$venv/bin/python" --no-deps --require-hashes --only-binary :all: --compile-bytecode \
    -r "$requirements"
else
  "$python" -m venv "$venv"
  "$venv/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes \
    --only-binary :all: --compile -r "$requirements"
fi
# The gate itself is taken from the action's own folder, at the commit that the workflow pins.
"$venv/bin/python" -I -c 'import pathlib, sysconfig, sys
pathlib.Path(sysconfig.get_path("purelib"), "scan_gate.pth").write_text(sys.argv[1] + "\n", encoding="utf-8")' "$GITHUB_ACTION_PATH"
"$venv/bin/python" -I -m compileall -q "$GITHUB_ACTION_PATH/gate" || true
printf '%s' "$wanted" >"$stamp"
