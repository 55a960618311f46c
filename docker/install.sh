#!/bin/sh
# Installs the gate into a virtual environment of its own at $1, from the folder that it stands in: pinned by hash, wheels
# only, compiled. The Dockerfile runs it, and so does a test.
set -eu

target=$1
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}

"$python" -m venv "$target"
pip() { "$target/bin/python" -I -m pip "$@"; }
pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes --only-binary :all: --compile \
  -r "$root/requirements/runtime.txt"
# The wheel of the gate itself is made without a network, by a build backend that is pinned like everything else.
"$python" -m venv "$target/.build"
"$target/.build/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
  --only-binary :all: -r "$root/requirements/build.txt"
(cd "$root" && "$target/.build/bin/python" -I -m hatchling build -t wheel -d "$target/.build/dist" >/dev/null)
pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --no-index --compile "$target"/.build/dist/*.whl
rm -rf "$target/.build"
# What is left of pip is of no use, and would be one more thing to keep up to date.
pip uninstall --quiet --yes pip
"$target/bin/gate" --version
