#!/usr/bin/env bash
# Guess, before it was run: typer hands its Context to every parameter that is annotated with it, as
# a function that asks for one thing twice gets it twice; or it refuses the function when the
# command is declared.
# Seen: typer 0.29.2 hands it to the last such parameter alone. The other one is None, without a
# warning, and only the first use of it fails, far from the cause.
# For us: a decorator that adds a Context of its own takes the command's away, so it has to borrow
# the command's where there is one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet typer==0.29.2 annotated-doc==0.0.7 rich==15.0.0 shellingham==1.5.4

cat >"$folder/run.py" <<'PY'
import typer
from typer.testing import CliRunner

app = typer.Typer()


@app.command()
def both(first: typer.Context, second: typer.Context):
    print("first:", "None" if first is None else "a context")
    print("second:", "None" if second is None else "a context")


result = CliRunner().invoke(app, [])
print("exit code", result.exit_code)
print(result.output, end="")
PY
cat >"$folder/expected" <<'TXT'
exit code 0
first: None
second: a context
TXT
"$folder/bin/python" "$folder/run.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
