#!/usr/bin/env bash
# Guess, before it was run: a signal that the caller has blocked is blocked until the caller lets it
# through; starting processes changes nothing of that, and children inherit it.
# Seen: the first process that CPython (3.11 to 3.13) starts with the method "spawn" lets SIGINT and
# SIGTERM through again, in the caller and so in the child; the second one does not. With the first
# comes the resource tracker, whose start blocks both and then unblocks them, whatever was before.
# So does the first `Parallel` of joblib 1.6.0.
# For us: whoever holds interrupts back while workers start has to start the tracker before that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet joblib==1.6.0

cat >"$folder/held.py" <<'PY'
import signal

BOTH = (signal.SIGINT, signal.SIGTERM)


def hold():
    signal.pthread_sigmask(signal.SIG_BLOCK, BOTH)


def held():
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return " ".join(own.name for own in BOTH if own in mask) or "none"
PY
cat >"$folder/one_process.py" <<'PY'
import multiprocessing

from held import held, hold


def child(pipe):
    pipe.send(held())


if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    for which in ("first", "second"):
        hold()
        print(f"before the {which} start, blocked:", held())
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=child, args=(theirs,))
        process.start()
        print("after it, in the caller:", held())
        print("in the child:", ours.recv())
        process.join()
PY
cat >"$folder/parallel.py" <<'PY'
from held import held, hold
from joblib import Parallel, delayed

if __name__ == "__main__":
    for which in ("first", "second"):
        hold()
        Parallel(n_jobs=2)(delayed(abs)(-1) for _ in range(2))
        print(f"after the {which} Parallel, in the caller:", held())
PY
cat >"$folder/expected" <<'TXT'
before the first start, blocked: SIGINT SIGTERM
after it, in the caller: none
in the child: none
before the second start, blocked: SIGINT SIGTERM
after it, in the caller: SIGINT SIGTERM
in the child: SIGINT SIGTERM
after the first Parallel, in the caller: none
after the second Parallel, in the caller: SIGINT SIGTERM
TXT
"$folder/bin/python" --version
for script in one_process parallel; do "$folder/bin/python" "$folder/$script.py"; done | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
