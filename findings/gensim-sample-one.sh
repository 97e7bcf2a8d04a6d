#!/usr/bin/env bash
# Guess, before it was run: `sample` is a share of all words, so that sample=1.0 thins nothing, as
# 0.999999 does and 0 does.
# Seen: gensim 4.4.0 reads a value from 1 on as a count. At 1.0 a word of 500 occurrences is kept at
# 7 % of its places, at 2.0 at 11 %: the setting jumps from the mildest to nearly the harshest.
# For us: a bound "at most 1" on this setting lets in the one value that means something else.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet gensim==4.4.0 numpy==2.4.6 scipy==1.17.1

cat >"$folder/run.py" <<'PY'
from gensim.models import Word2Vec

sentences = [["a"] * 50 + ["b"] * 30 + ["c"] * 20] * 10
for sample in (0, 0.999999, 1.0, 2.0):
    model = Word2Vec(vector_size=4, min_count=1, sample=sample)
    model.build_vocab(sentences)
    kept = [model.wv.get_vecattr(word, "sample_int") / (2**32 - 1) for word in "abc"]
    print(sample, *(f"{share:.2f}" for share in kept))
PY
cat >"$folder/expected" <<'TXT'
0 1.00 1.00 1.00
0.999999 1.00 1.00 1.00
1.0 0.07 0.09 0.11
2.0 0.11 0.15 0.18
TXT
"$folder/bin/python" "$folder/run.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
