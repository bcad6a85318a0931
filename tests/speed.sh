#!/usr/bin/env bash
# Speed side by side: sigwise and rsigma 0.26.0 lint the same folder in turns; prints CPU, wall time, memory and their ratio.
# Absolute times are noise on a shared machine, the ratio is not.
#
# usage: tests/speed.sh FOLDER [ROUNDS]     (FOLDER: SigmaHQ's `rules`, say)
set -euo pipefail
folder=${1:?usage: tests/speed.sh FOLDER [ROUNDS]}
rounds=${2:-10}
cd "$(dirname "$0")/.."

cargo build --release --quiet
peer=${RSIGMA:-target/peers/bin/rsigma}
if [ ! -x "$peer" ]; then
    cargo install rsigma --version 0.26.0 --no-default-features --ignore-rust-version --quiet --root target/peers
fi

python3 - "$folder" "$rounds" "$peer" target/release/sigwise <<'PYTHON'
import os, statistics, sys, time

folder, rounds, peer, own = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
commands = {
    "sigwise": [own, "lint", folder, "--format", "concise"],
    "sigwise, one thread": [own, "lint", folder, "--format", "concise"],
    "rsigma": [peer, "rule", "lint", folder],
}
one = sorted(os.path.join(d, f) for d, _, fs in os.walk(folder) for f in fs if f.endswith(".yml"))[0]
commands["sigwise, one file"] = [own, "lint", one, "--format", "concise"]


def run(name, command):
    null = os.open(os.devnull, os.O_WRONLY)
    environment = dict(os.environ, RAYON_NUM_THREADS="1") if name.endswith("one thread") else dict(os.environ)
    begun = time.perf_counter()
    actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    child = os.posix_spawn(command[0], command, environment, file_actions=actions)
    _, _, usage = os.wait4(child, 0)
    os.close(null)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, usage.ru_maxrss / 1024


figures = {name: [] for name in commands}
for _ in range(rounds):
    for name, command in commands.items():
        figures[name].append(run(name, command))
print(f"{'':22}{'CPU ms':>9}{'wall ms':>9}{'MiB':>7}   (median of {rounds}, least in brackets)")
medians = {}
for name, rows in figures.items():
    cpu, wall, memory = (statistics.median(row[i] for row in rows) for i in range(3))
    least = [min(row[i] for row in rows) for i in range(2)]
    medians[name] = (cpu, wall)
    print(f"{name:22}{cpu * 1000:9.0f}{wall * 1000:9.0f}{memory:7.0f}   ({least[0] * 1000:.0f}, {least[1] * 1000:.0f})")
print(f"ratio rsigma / sigwise: CPU {medians['rsigma'][0] / medians['sigwise'][0]:.2f}, wall {medians['rsigma'][1] / medians['sigwise'][1]:.2f}")
PYTHON
