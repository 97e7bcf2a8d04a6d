#!/usr/bin/env bash
# Guess, before it was run: `default_rng([seed, n])` gives every n a stream of its own, n = 0 too,
# and none is that of `default_rng(seed)` alone; numpy's page on parallel streams calls this less
# flexible than [n, seed], but says that it works.
# Seen: numpy 2.4.6 lays all integers end to end as words of 32 bits and fills up with zeros to four
# of them. So [7, 0] and [7, 0, 0] are the stream of 7, while a fifth word makes another, and where
# one integer ends and the next begins does not count: [7, 1] is 7 + 2**32, and [7 + 2**32, 5] is
# [7, 1, 5]. With `spawn_key=(n, …)` the seed is filled up first: each is a stream of its own.
# For us: `engine/writing/turns.py` draws from [seed, place, again]: its first draw is from the
# stream of the seed alone, as what `generate` writes is. What is to be independent needs a spawn
# key.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet numpy==2.4.6

cat >"$folder/run.py" <<'PY'
import numpy as np

print("numpy", np.__version__)
MORE = 2**32
SEEDS = {
    "7": 7,
    "[7, 0]": [7, 0],
    "[7, 0, 0]": [7, 0, 0],
    "[7, 0, 0, 0]": [7, 0, 0, 0],
    "[7, 0, 0, 0, 0]": [7, 0, 0, 0, 0],
    "[0, 7]": [0, 7],
    "7 * 2**32": 7 * MORE,
    "[7, 1]": [7, 1],
    "7 + 2**32": 7 + MORE,
    "[7, 1, 5]": [7, 1, 5],
    "[7 + 2**32, 5]": [7 + MORE, 5],
    "7, spawn_key=(0,)": np.random.SeedSequence(7, spawn_key=(0,)),
    "7, spawn_key=(0, 0)": np.random.SeedSequence(7, spawn_key=(0, 0)),
    "7, spawn_key=(1,)": np.random.SeedSequence(7, spawn_key=(1,)),
}
first = {}
for name, seed in SEEDS.items():
    drawn = np.random.default_rng(seed).integers(2**62, size=1000).tobytes()
    print(f"{name}:", f"the stream of {first[drawn]}" if drawn in first else "another")
    first.setdefault(drawn, name)
PY
cat >"$folder/expected" <<'TXT'
numpy 2.4.6
7: another
[7, 0]: the stream of 7
[7, 0, 0]: the stream of 7
[7, 0, 0, 0]: the stream of 7
[7, 0, 0, 0, 0]: another
[0, 7]: another
7 * 2**32: the stream of [0, 7]
[7, 1]: another
7 + 2**32: the stream of [7, 1]
[7, 1, 5]: another
[7 + 2**32, 5]: the stream of [7, 1, 5]
7, spawn_key=(0,): the stream of [7, 0, 0, 0, 0]
7, spawn_key=(0, 0): another
7, spawn_key=(1,): another
TXT
"$folder/bin/python" "$folder/run.py" >"$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
