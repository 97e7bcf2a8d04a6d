#!/usr/bin/env bash
# Guess, before it was run: an array is stored with the values that it shows, whatever its layout in
# memory; one that cannot be is refused.
# Seen: safetensors 0.8.0 stores the bytes as they lie from the array's first on. A transposed, a
# Fortran-ordered, a column-sliced and a row-stepped array come back in their shape with other
# values, and nothing is said.
# For us: np.ascontiguousarray before every save, and a test that reads back a transposed array.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet numpy==2.4.6 safetensors==0.8.0

cat >"$folder/run.py" <<'PY'
import numpy as np
from safetensors.numpy import load, save

table = np.arange(6, dtype=np.float32).reshape(2, 3)
arrays = {
    "plain": table,
    "transposed": table.T,
    "fortran": np.asfortranarray(table),
    "columns": table[:, 1:],
    "rows": np.arange(12, dtype=np.float32).reshape(4, 3)[::2],
    "contiguous": np.ascontiguousarray(table.T),
}
for name, array in arrays.items():
    back = load(save({"a": array}))["a"]
    print(name, array.astype(int).tolist(), back.astype(int).tolist())
PY
cat >"$folder/expected" <<'TXT'
plain [[0, 1, 2], [3, 4, 5]] [[0, 1, 2], [3, 4, 5]]
transposed [[0, 3], [1, 4], [2, 5]] [[0, 1], [2, 3], [4, 5]]
fortran [[0, 1, 2], [3, 4, 5]] [[0, 3, 1], [4, 2, 5]]
columns [[1, 2], [4, 5]] [[1, 2], [3, 4]]
rows [[0, 1, 2], [6, 7, 8]] [[0, 1, 2], [3, 4, 5]]
contiguous [[0, 3], [1, 4], [2, 5]] [[0, 3], [1, 4], [2, 5]]
TXT
"$folder/bin/python" "$folder/run.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
