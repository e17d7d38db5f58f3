#!/usr/bin/env bash
# Make the Python environment in which the tests start the real SGLang server on a CPU: some 4 GB, once.
#
# SGLang's own wheel for kernels and torchvision's build ask for CUDA; `stub/` stands in for the few names that CPU mode
# needs. A stamp, keyed by what goes in, makes a second call free.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly FOLDER="${1:?the folder of the environment}"
readonly STAMP="$FOLDER/handeye-tests.stamp"
KEY="$(cat requirements.txt stub/*.py stub/*/*.py make_environment.sh | sha256sum)"

if [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$KEY" ]; then
    exit 0
fi
mkdir -p "$FOLDER"
log="$FOLDER/install.log"
echo "setup: SGLang for tests, into $FOLDER (some 4 GB, minutes)" >&2
{
    "${PYTHON:-python3}" -m venv "$FOLDER"
    "$FOLDER/bin/python" -m pip install --requirement requirements.txt
    # Its own pins name a CUDA build of torch and the kernels' wheel, so they are left out.
    "$FOLDER/bin/python" -m pip install --no-deps --requirement server.txt
} >"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    echo "setup: SGLang can't be installed: see $log" >&2
    exit 3
}
cp -r stub/. "$("$FOLDER/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
printf '%s\n' "$KEY" >"$STAMP"
