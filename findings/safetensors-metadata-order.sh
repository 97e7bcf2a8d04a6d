#!/usr/bin/env bash
# Guess, before it was run: the same arrays with the same metadata, in the same order, give the same
# bytes wherever they are saved.
# Seen: safetensors 0.8.0 writes one metadata entry always alike, but several in an order that
# changes from process to process (within a process too); PYTHONHASHSEED has no say in it.
# For us: files that are told apart by their digest may carry one entry at most.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet numpy==2.4.6 safetensors==0.8.0

cat >"$folder/run.py" <<'PY'
import hashlib
import sys

import numpy as np
from safetensors.numpy import save

metadata = {name: "x" for name in sys.argv[1]}
print(hashlib.sha256(save({"a": np.zeros(3, np.float32)}, metadata=metadata)).hexdigest())
PY
digests() {  # digests NAMES: how many different files eight processes make of these entries
    for _ in 1 2 3 4 5 6 7 8; do
        PYTHONHASHSEED=0 "$folder/bin/python" "$folder/run.py" "$1"
    done | sort -u | wc -l
}
# Of 8 processes and 6! orders, all alike by chance: once in 10^20.
{
    [ "$(digests a)" -eq 1 ] && echo "one entry: one file"
    [ "$(digests abcdef)" -gt 1 ] && echo "six entries: several files"
} | tee "$folder/seen"
printf '%s\n' "one entry: one file" "six entries: several files" >"$folder/expected"
diff "$folder/expected" "$folder/seen" && echo "as written down"
