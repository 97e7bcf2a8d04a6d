#!/usr/bin/env bash
# Guess, before it was run: of StringDType arrays the functions of `np.strings` give what the methods
# of `str` give of each word, Chinese ones too; so the characters that `strip` is given are a set,
# whose order is of no consequence.
# Seen: numpy 2.4.6, StringDType, two or more characters to strip: an ASCII one counts only if
# its place among them, in bytes of UTF-8, is smaller than their number. After a Chinese one it
# mostly is not found: "\u3000 " leaves the spaces on, " \u3000" takes both away. Nothing is said.
# U arrays are right, and so is `strip` without characters.
# For us: no array of strings is stripped; it is done by `str.strip`. Else: ASCII first.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet numpy==2.4.6

cat >"$folder/run.py" <<'PY'
import numpy as np

print("numpy", np.__version__)  # then: characters, by str, in a U array, in a StringDType one
CASES = [
    ("\u3000 第一回 \u3000", " \u3000"),
    ("\u3000 第一回 \u3000", "\u3000 "),
    ("第一回...", ".。"),
    ("第一回...", "。."),
    ("(第一回)", "()（）"),
    ("(第一回)", "（）()"),
    ("第一回1", "0123456789第"),
    ("第一回1", "第0123456789"),
    ("第一回9", "第0123456789"),
    ("第一回a", "éab"),
    ("第一回b", "éab"),
]
for text, characters in CASES:
    found = [
        str(np.strings.strip(np.array([text], dtype=kind), characters)[0]) for kind in ("U", "T")
    ]
    print(ascii(characters), *map(repr, (text.strip(characters), *found)))
plain = np.strings.strip(np.array(["\u3000 第一回 \u3000"], dtype="T"))
print("no characters", repr(str(plain[0])))
PY
cat >"$folder/expected" <<'TXT'
numpy 2.4.6
' \u3000' '第一回' '第一回' '第一回'
'\u3000 ' '第一回' '第一回' ' 第一回 '
'.\u3002' '第一回' '第一回' '第一回'
'\u3002.' '第一回' '第一回' '第一回...'
'()\uff08\uff09' '第一回' '第一回' '第一回'
'\uff08\uff09()' '第一回' '第一回' '(第一回)'
'0123456789\u7b2c' '一回' '一回' '一回'
'\u7b2c0123456789' '一回' '一回' '一回'
'\u7b2c0123456789' '一回' '一回' '一回9'
'\xe9ab' '第一回' '第一回' '第一回'
'\xe9ab' '第一回' '第一回' '第一回b'
no characters '第一回'
TXT
PYTHONIOENCODING=utf-8 "$folder/bin/python" "$folder/run.py" >"$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
