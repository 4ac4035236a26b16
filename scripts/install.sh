#!/bin/sh
# Makes .venv from requirements.lock, every file checked against the lock's hashes. $1: interpreter, may be empty.
set -eu

python=$(sh scripts/find_python.sh "${1:-}")
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    echo "Making .venv with Python $version"
    rm -rf .venv
    "$python" -m venv .venv
fi
# The installer itself comes from the lock too.
awk '/^[a-z]/ { keep = /^uv==/ } keep' requirements.lock > .venv/uv.txt
.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r .venv/uv.txt
# Compiled once here instead of by every Airflow process at every start.
env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m uv pip install \
    --python .venv/bin/python --require-hashes --compile-bytecode -r requirements.lock
touch .venv/.installed
