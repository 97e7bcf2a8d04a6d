#!/usr/bin/env bash
# Guess, before it was run: a worker of pytest-xdist has the environment of the pytest that starts
# it, so what `os.environ` lacks here it lacks there; else that pytest-xdist sets it.
# Seen: pytest 9.2.0 with pytest-xdist 3.8.0 and CPython 3.11 to 3.13 with GNU readline: COLUMNS and
# LINES are in the workers' environment and in no `os.environ` of the pytest that starts them.
# Neither package sets them. pytest imports `readline`, which puts both into the process'
# environment in C; `os.environ` was read before and does not show them; a child that is started
# without `env=` inherits them all the same, and one with `env=dict(os.environ)` does not.
# For us: a test whose output follows COLUMNS passes with `-n 0` and fails with `-n 1`, so
# tests/conftest.py takes it out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet pytest==9.2.0 pytest-xdist==3.8.0 execnet==2.1.2
unset COLUMNS LINES

cat >"$folder/test_width.py" <<'PY'
import os
import pathlib


def test_width():
    pathlib.Path(os.environ["SEEN"]).write_text(f"COLUMNS {os.environ.get('COLUMNS')}\n")
PY
cat >"$folder/children.py" <<'PY'
import os
import readline  # noqa: F401
import subprocess
import sys

ASK = [sys.executable, "-c", "import os; print(os.environ.get('COLUMNS'))"]
print("os.environ:", os.environ.get("COLUMNS"))
for name, env in (("a child", None), ("a child with env=dict(os.environ)", dict(os.environ))):
    print(f"{name}:", subprocess.run(ASK, env=env, capture_output=True, text=True).stdout.strip())
PY
cd "$folder"
{
    for workers in 0 1; do
        SEEN="$folder/width" bin/python -m pytest -q -p no:cacheprovider -n "$workers" test_width.py >log </dev/null
        echo "-n $workers: $(cat width)"
    done
    bin/python children.py </dev/null
} | tee seen
cat >expected <<'TXT'
-n 0: COLUMNS None
-n 1: COLUMNS 80
os.environ: None
a child: 80
a child with env=dict(os.environ): None
TXT
diff expected seen && echo "as written down"
