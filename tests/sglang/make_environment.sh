#!/usr/bin/env bash
# Make the Python environment in which the tests start the real SGLang server on a CPU, and print where it is.
#
#     make_environment.sh PYTHON [FOLDER]
#
# PYTHON makes it; TORCH_INDEX is where torch comes from, as in .ci/setup. See ../environment.sh.
#
# SGLang's own wheel for kernels and torchvision's build ask for CUDA; `stub/` stands in for the few names that CPU mode
# needs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../environment.sh"

# Each line by its own `&&`: bash forgets `set -e` in what stands before `||`.
install() {
    "$PYTHON" -m venv "$FOLDER" &&
        install_torch &&
        pip_install --requirement requirements.txt &&
        # Its own pins name a CUDA build of torch and the kernels' wheel, so they are left out.
        pip_install --no-deps --requirement server.txt &&
        copy_stubs
}

# torch comes first and alone, so that no later step chooses another build of it.
install_torch() {
    local index=()
    [ -z "${TORCH_INDEX:-}" ] || index=(--index-url "$TORCH_INDEX")
    pip_install --no-deps "${index[@]}" "$(grep '^torch==' requirements.txt)"
}

make_once sglang-cpu SGLang "some 3 GB, minutes" *.txt stub/*.py stub/*/*.py
