#!/usr/bin/env bash
# Guess, before it was run: `bincount` with weights sums floats, and gives floats however many there
# are; for none it gives zeros of the same type.
# Seen: numpy 2.4.6 gives float64 sums for one weight or more, and int64 zeros for none, whatever
# type the empty array of weights has. So `sums += 0.5` works on every text but on one that has
# nothing to sum, where it raises.
# For us: `engine/memories/sparse.py` makes all such sums in one place, and float64 of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet numpy==2.4.6

cat >"$folder/run.py" <<'PY'
import numpy as np

for count in (2, 1, 0):
    rows = np.arange(count)
    for kind in (np.float32, np.float64):
        sums = np.bincount(rows, weights=np.full(count, 0.5, dtype=kind), minlength=3)
        print(count, kind.__name__, sums.dtype, sums.tolist(), end=" ")
        try:
            sums += 0.25
            print("adds")
        except TypeError as error:
            print(type(error).__name__)
PY
cat >"$folder/expected" <<'TXT'
2 float32 float64 [0.5, 0.5, 0.0] adds
2 float64 float64 [0.5, 0.5, 0.0] adds
1 float32 float64 [0.5, 0.0, 0.0] adds
1 float64 float64 [0.5, 0.0, 0.0] adds
0 float32 int64 [0, 0, 0] UFuncTypeError
0 float64 int64 [0, 0, 0] UFuncTypeError
TXT
"$folder/bin/python" "$folder/run.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
