# Sourced by the scripts that make Python environments for tests. Each says what goes in (`install`, which may use
# `pip_install`) and ends with
#
#     make_once NAME TITLE "HOW MUCH, HOW LONG" FILE...
#
# which makes it and prints where it is. It lies in the user's cache, named by the contents of FILEs, so that clones share
# it and one with other pins makes another; a folder that is named is taken as it is named. A stamp, written last, makes
# a second call free; a lock lets two calls make one.

PYTHON="$(realpath --no-symlinks "${1:?the Python that makes the environment}")"
GIVEN="${2:+$(realpath --no-symlinks "$2")}"
readonly PYTHON GIVEN
cd "$(dirname "$0")"

# Byte code is written by the first import: most of these gigabytes are never imported here.
pip_install() { "$FOLDER/bin/python" -m pip install --disable-pip-version-check --no-input --no-compile "$@"; }

# Stand-ins for packages that are left out.
copy_stubs() {
    cp -r stub/. "$("$FOLDER/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
}

is_current() { [ "$(cat "$FOLDER/handeye-tests.stamp" 2>/dev/null)" = "$1" ]; }

make_once() {
    local name=$1 title=$2 takes=$3 key log
    shift 3
    key="$({ "$PYTHON" --version && cat "$@"; } | sha256sum | head -c 12)"
    readonly FOLDER="${GIVEN:-${XDG_CACHE_HOME:-$HOME/.cache}/handeye/$name-$key}"
    log="$FOLDER/install.log"
    mkdir -p "$FOLDER"
    exec 9>"$FOLDER/handeye-tests.lock"
    is_current "$key" || flock 9
    if ! is_current "$key"; then
        echo "setup: $title for tests, into $FOLDER ($takes)" >&2
        install </dev/null >"$log" 2>&1 9>&- || {
            tail -n 5 "$log" >&2
            echo "setup: $title can't be installed: see $log" >&2
            exit 3
        }
        echo "$key" >"$FOLDER/handeye-tests.stamp"
    fi
    echo "$FOLDER"
}
