# What every suite needs; sourced from the top of the checkout. Sets SIGWISE_BIN, $cache (kept between runs) and
# $scratch (removed at the end), and installs by name from Debian, PyPI and npm.

SIGWISE_BIN=$(realpath -e "${SIGWISE_BIN:-target/release/sigwise}")
export SIGWISE_BIN
cache=$PWD/target/editors
mkdir -p "$cache"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# debian THERE PACKAGE...: installs packages unless this program or file is there (`/`: installs them). Suites can run side
# by side.
debian() {
    local there=$1
    shift
    if [ "$there" != / ] && { [ -e "$there" ] || command -v "$there" >/dev/null; }; then return; fi
    (
        flock 9
        export DEBIAN_FRONTEND=noninteractive
        install=(timeout 300 apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=120 "$@")
        # The lists of a machine that has just been set up are missing or old.
        "${install[@]}" >"$cache/apt.log" 2>&1 ||
            { timeout 120 apt-get update && "${install[@]}"; } >"$cache/apt.log" 2>&1 || { cat "$cache/apt.log" && exit 1; }
    ) 9>"$cache/apt.lock"
}

# python NAME REQUIREMENT...: makes a virtual environment $cache/NAME with these, unless it is there.
python() {
    local name=$1
    shift
    if [ "$(cat "$cache/$name/.has" 2>/dev/null)" = "$*" ]; then return; fi
    python3 -c 'import ensurepip, venv' 2>/dev/null || debian / python3-venv
    rm -rf "${cache:?}/$name"
    python3 -m venv "$cache/$name"
    timeout 300 "$cache/$name/bin/pip" install --quiet --disable-pip-version-check "$@"
    echo "$*" >"$cache/$name/.has"
}

# report NAME COMMAND...: one line for one test, with the end of its output where it fails. Sets $failed.
failed=0
report() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then
        echo "ok $name"
    else
        echo "not ok $name: $(printf '%s' "$said" | tail -n 5 | tr '\n' ' ')"
        failed=1
    fi
}
