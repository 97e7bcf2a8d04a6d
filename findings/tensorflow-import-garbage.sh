#!/usr/bin/env bash
# Guess, before it was run: what an import costs is reading and running modules and loading shared
# libraries; Python's search for garbage is at most a twentieth of it.
# Seen: while tensorflow-cpu 2.21.0 is imported the search runs hundreds of times and takes 0.16 to
# 0.22 of the time on CPython 3.11 (four runs), 0.10 on 3.13; on 3.11, without it, the import of
# keras and tensorflow ended in two thirds of the time. Afterwards 360,000 objects are there to
# stay, and each full search looks through all of them: 0.2 to 0.4 s, until `gc.freeze()`.
# For us: `learning/backend.py` imports TensorFlow without searches and freezes what it has loaded,
# since memory is given back after each stage, with a full search.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet tensorflow-cpu==2.21.0

cat >"$folder/run.py" <<'PY'
import gc
import sys
import time

searches, taken, began = 0, 0.0, 0.0


def watch(phase, _):
    global searches, taken, began
    if phase == "start":
        began = time.perf_counter()
    else:
        searches += 1
        taken += time.perf_counter() - began


def search():
    started = time.perf_counter()
    gc.collect()
    return time.perf_counter() - started


before = search()
gc.callbacks.append(watch)
started = time.perf_counter()
import tensorflow

share = taken / (time.perf_counter() - started)
gc.callbacks.remove(watch)
after = search()
gc.freeze()
frozen = search()
print(f"{searches} searches, {share:.2f} of the import, then {after:.3f} s each", file=sys.stderr)
print("more than a hundred searches:", searches > 100)
print("more than a twentieth of the import:", share > 0.05)
print("a search takes ten times as long as before:", after > 10 * before)
print("and no longer, once all is frozen:", frozen < after / 10)
PY
cat >"$folder/expected" <<'TXT'
more than a hundred searches: True
more than a twentieth of the import: True
a search takes ten times as long as before: True
and no longer, once all is frozen: True
TXT
"$folder/bin/python" -c 'import tensorflow' 2>/dev/null  # compiles it, so that this does not count
"$folder/bin/python" "$folder/run.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
