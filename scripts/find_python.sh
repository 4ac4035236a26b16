#!/bin/sh
# Prints the interpreter to use: $1 if given, else the first of python3.12, python3.11, python3.13, python3 that is
# Python 3.11, 3.12 or 3.13 and can make virtual environments. It is run, not only found: a version manager's
# launcher can be on PATH for a Python that is not installed.
set -eu

works() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12), (3, 13)))' 2>/dev/null
}

if [ -n "${1:-}" ]; then
    if works "$1"; then echo "$1"; exit 0; fi
    echo "PYTHON=$1 is not a working Python 3.11, 3.12 or 3.13 with the venv module: name another." >&2
    exit 1
fi
for candidate in python3.12 python3.11 python3.13 python3; do
    if works "$candidate"; then echo "$candidate"; exit 0; fi
done
echo "No working Python 3.11, 3.12 or 3.13 with the venv module on PATH:" \
    "install one (Debian: python3 python3-venv) or name it: make install PYTHON=/path/to/python3.12" >&2
exit 1
