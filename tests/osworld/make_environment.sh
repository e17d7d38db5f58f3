#!/usr/bin/env bash
# Make the Python environment in which the tests run OSWorld's own desktop_env, and print where it is.
#
#     make_environment.sh PYTHON [FOLDER]
#
# PYTHON makes it. See ../environment.sh.
#
# desktop-env names a torch with CUDA, PyMuPDF and a hundred packages that three tasks never ask for: it is installed
# without them, `requirements.txt` is what its imports need, and `stub/` stands in for the two that are left out.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../environment.sh"

# Each line by its own `&&`: bash forgets `set -e` in what stands before `||`.
install() {
    "$PYTHON" -m venv "$FOLDER" &&
        pip_install --no-deps --requirement requirements.txt &&
        pip_install --no-deps --requirement desktop_env.txt &&
        copy_stubs
}

make_once osworld "OSWorld's desktop_env" "some 0.9 GB, a minute or two" *.txt stub/*.py
