#!/usr/bin/env bash
# Guess, before it was run: files of vectors come back as they are, whatever words they have; and once
# the warning was read, "ignoring all but first": the first of a word's rows, in a table a row shorter.
# Seen: gensim 4.4.0 keeps a row of zeros for each row left out, at the end, and its name is None.
# It counts in `len`, `most_similar` gives (None, nan) among the nearest, and what is saved from it,
# text or binary, tells of more rows than it holds: gensim itself cannot read that any more. Text
# and binary files alike, with a header or without. With `limit=n` fewer than n words come.
# For us: `artifacts/embedding.py` reads and writes the format itself, and gensim reads no file;
# `stages/embed.py` took the last of a word's rows, and takes the first now, as gensim does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet gensim==4.4.0 numpy==2.4.6 scipy==1.17.1 smart_open==9.0.2 wrapt==2.5.2

cat >"$folder/run.py" <<'PY'
import logging
import sys
import warnings

import gensim
import numpy as np
from gensim.models import KeyedVectors

warnings.simplefilter("ignore")  # numpy's, of a division by the norm of zeros
logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="  gensim says: %(message)s")
print("gensim", gensim.__version__)
ROWS = [("de", [1, 0]), ("le", [3, 1]), ("le", [0, 1]), ("shi", [1, 1])]
TEXT = "".join(f"{word} {one} {two}\n" for word, (one, two) in ROWS)
BINARY = b"".join(
    b"%s %s\n" % (word.encode(), np.array(row, "<f4").tobytes()) for word, row in ROWS
)
with open("text", "w") as file:
    file.write("4 2\n" + TEXT)
with open("headless", "w") as file:
    file.write(TEXT)
with open("binary", "wb") as file:
    file.write(b"4 2\n" + BINARY)

for name, how in (
    ("text", {}),
    ("headless", {"no_header": True}),
    ("binary", {"binary": True}),
    ("text", {"limit": 3}),
):
    print(name, how)
    loaded = KeyedVectors.load_word2vec_format(name, **how)
    print(" ", len(loaded), loaded.index_to_key, loaded.vectors.astype(int).tolist())

loaded = KeyedVectors.load_word2vec_format("text")
print("nearest", [(word, round(near, 2)) for word, near in loaded.most_similar("de")])
for binary in (False, True):
    loaded.save_word2vec_format("saved", binary=binary)
    with open("saved", "rb") as file:
        print("saved with the header", file.readline())
    try:
        KeyedVectors.load_word2vec_format("saved", binary=binary)
    except EOFError as error:
        print(" ", error)
PY
cat >"$folder/expected" <<'TXT'
gensim 4.4.0
text {}
  gensim says: duplicate word 'le' in word2vec file, ignoring all but first
  4 ['de', 'le', 'shi', None] [[1, 0], [3, 1], [1, 1], [0, 0]]
headless {'no_header': True}
  gensim says: duplicate word 'le' in word2vec file, ignoring all but first
  4 ['de', 'le', 'shi', None] [[1, 0], [3, 1], [1, 1], [0, 0]]
binary {'binary': True}
  gensim says: duplicate word 'le' in word2vec file, ignoring all but first
  4 ['de', 'le', 'shi', None] [[1, 0], [3, 1], [1, 1], [0, 0]]
text {'limit': 3}
  gensim says: duplicate word 'le' in word2vec file, ignoring all but first
  3 ['de', 'le', None] [[1, 0], [3, 1], [0, 0]]
  gensim says: duplicate word 'le' in word2vec file, ignoring all but first
nearest [('le', 0.95), ('shi', 0.71), (None, nan)]
saved with the header b'4 2\n'
  unexpected end of input; is count incorrect or file otherwise damaged?
saved with the header b'4 2\n'
  unexpected end of input; is count incorrect or file otherwise damaged?
TXT
cd "$folder"
bin/python run.py >seen
cat seen
diff expected seen && echo "as written down"
