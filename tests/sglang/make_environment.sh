#!/usr/bin/env bash
# Make the Python environment in which the tests start the real SGLang server on a CPU, and print where it is.
#
#     make_environment.sh PYTHON [FOLDER]
#
# PYTHON makes it; TORCH_INDEX is where torch comes from, as in .ci/setup. Some 3 GB, a minute or more, once: it lies in
# the user's cache, named by what goes in, so that clones share it and one with other pins makes another. A folder that is
# named is taken as it is named. A stamp, written last, makes a second call free; a lock lets two calls make one.
#
# SGLang's own wheel for kernels and torchvision's build ask for CUDA; `stub/` stands in for the few names that CPU mode
# needs.
set -euo pipefail

readonly PYTHON="$(realpath --no-symlinks "${1:?the Python that makes the environment}")"
readonly GIVEN="${2:+$(realpath --no-symlinks "$2")}"
cd "$(dirname "${BASH_SOURCE[0]}")"

KEY="$({ "$PYTHON" --version && cat *.txt stub/*.py stub/*/*.py; } | sha256sum | head -c 12)"
readonly FOLDER="${GIVEN:-${XDG_CACHE_HOME:-$HOME/.cache}/handeye/sglang-cpu-$KEY}"
readonly STAMP="$FOLDER/handeye-tests.stamp"
readonly LOG="$FOLDER/install.log"

# Each line by its own `&&`: bash forgets `set -e` in what stands before `||`.
install() {
    "$PYTHON" -m venv "$FOLDER" &&
        install_torch &&
        pip_install --requirement requirements.txt &&
        # Its own pins name a CUDA build of torch and the kernels' wheel, so they are left out.
        pip_install --no-deps --requirement server.txt &&
        cp -r stub/. "$("$FOLDER/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
}

# torch comes first and alone, so that no later step chooses another build of it.
install_torch() {
    local index=()
    [ -z "${TORCH_INDEX:-}" ] || index=(--index-url "$TORCH_INDEX")
    pip_install --no-deps "${index[@]}" "$(grep '^torch==' requirements.txt)"
}

# Byte code is written by the first import: most of these gigabytes are never imported here.
pip_install() { "$FOLDER/bin/python" -m pip install --disable-pip-version-check --no-input --no-compile "$@"; }

is_current() { [ "$(cat "$STAMP" 2>/dev/null)" = "$KEY" ]; }

main() {
    is_current && return
    mkdir -p "$FOLDER"
    exec 9>"$FOLDER/handeye-tests.lock"
    flock 9
    is_current && return
    echo "setup: SGLang for tests, into $FOLDER (some 3 GB, minutes)" >&2
    install </dev/null >"$LOG" 2>&1 9>&- || {
        tail -n 5 "$LOG" >&2
        echo "setup: SGLang can't be installed: see $LOG" >&2
        exit 3
    }
    echo "$KEY" >"$STAMP"
}

main
echo "$FOLDER"
