#!/usr/bin/env bash
# Guess, before it was run: an error that a task raises is raised where its result is asked for, as
# its own class and with what it holds: `errno` and `filename`, `start` and `object`, `args`.
# Seen: Ray 2.60.0 raises an instance of the class, so `except FileNotFoundError` takes it, but a new
# one that was never filled. What a class keeps in C is empty: an OSError's errno, strerror and
# filename are None, a UnicodeDecodeError's object is None and its start and end are 0; nothing is
# said. What a class keeps as plain attributes, as JSONDecodeError does pos, is right, and `args`
# holds the first error in place of its arguments. `error.cause` is the first error, whole. A pool
# of processes hands over all of it.
# For us: an item's error comes back packed in its answer (`calls.py`), and of what Ray raises only
# the text is read (`cluster/driver.py`); whoever lets one through is to look at `error.cause`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet ray==2.60.0 click==8.5.1 filelock==4.2.11 jsonschema==4.26.0 msgpack==1.2.4 packaging==26.3 protobuf==7.36.2 PyYAML==6.0.4 requests==2.34.2
mkdir "$folder/home"
export HOME="$folder/home" RAY_USAGE_STATS_ENABLED=0

cat >"$folder/run.py" <<'PY'
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import ray


def read(what):
    if what == "a book that is not there":
        open("no-such-book.txt")
    elif what == "a book with a broken character":
        b"ab\xff".decode("utf-8")
    elif what == "a word that is not there":
        {}["word"]
    elif what == "a broken list":
        json.loads("[1,")


ASKED = {
    "a book that is not there": ("errno", "strerror", "filename"),
    "a book with a broken character": ("object", "start", "end"),
    "a word that is not there": ("args",),
    "a broken list": ("pos", "lineno"),
}


def show(name, error, attributes):
    held = ", ".join(f"{each} {getattr(error, each)!r}" for each in attributes)
    print(f"  {name}: {held}")


if __name__ == "__main__":
    print("ray", ray.__version__)
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="CRITICAL")
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        for what, attributes in ASKED.items():
            print(what)
            try:
                pool.submit(read, what).result()
            except (OSError, ValueError, KeyError) as error:
                kind = type(error)
                show("a pool", error, attributes)
            try:
                ray.get(ray.remote(read).remote(what))
            except kind as error:
                show("ray", error, attributes)
                show("its cause", error.cause, attributes)
    ray.shutdown()
PY
cat >"$folder/expected" <<'TXT'
ray 2.60.0
a book that is not there
  a pool: errno 2, strerror 'No such file or directory', filename 'no-such-book.txt'
  ray: errno None, strerror None, filename None
  its cause: errno 2, strerror 'No such file or directory', filename 'no-such-book.txt'
a book with a broken character
  a pool: object b'ab\xff', start 2, end 3
  ray: object None, start 0, end 0
  its cause: object b'ab\xff', start 2, end 3
a word that is not there
  a pool: args ('word',)
  ray: args (KeyError('word'),)
  its cause: args ('word',)
a broken list
  a pool: pos 3, lineno 1
  ray: pos 3, lineno 1
  its cause: pos 3, lineno 1
TXT
"$folder/bin/python" "$folder/run.py" >"$folder/seen" 2>"$folder/log" || { cat "$folder/log"; exit 1; }
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
