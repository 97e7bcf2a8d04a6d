#!/usr/bin/env bash
# Guess, before it was run: rjieba is jieba in Rust, with the same dictionary, so its words are the
# same for any text.
# Seen: rjieba 0.2.2 and jieba 0.42.1 agree on common text, and part ways where a run holds
# characters that only one of them counts as Chinese (U+3400 to U+4DBF, as in rare names), and in
# Latin runs with a hyphen or an underscore.
# For us: engines that are to be exchanged need the same blocks given to both, and a test.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet jieba==0.42.1 rjieba==0.2.2 setuptools==80.9.0

cat >"$folder/run.py" <<'PY'
import logging

import jieba
import rjieba

jieba.setLogLevel(logging.ERROR)
for text in ("他在茶馆里喝茶。", "㐀㐁", "abc-def", "a_b"):
    by_jieba, by_rjieba = list(jieba.cut(text)), list(rjieba.cut(text))
    print("/".join(by_jieba), "/".join(by_rjieba))
PY
cat >"$folder/expected" <<'TXT'
他/在/茶馆/里/喝茶/。 他/在/茶馆/里/喝茶/。
㐀/㐁 㐀㐁
abc/-/def abc-def
a/_/b a_b
TXT
PYTHONIOENCODING=utf-8 PYTHONWARNINGS=ignore "$folder/bin/python" "$folder/run.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
