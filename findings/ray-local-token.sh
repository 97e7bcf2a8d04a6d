#!/usr/bin/env bash
# Guess, before it was run: `ray.init()` without an address makes a private cluster that ends with the
# process, and the next `ray start --head` and those who join it do what they did before.
# Seen: Ray 2.60.0 puts a token in the home folder for the private cluster and leaves it there. From
# then on the same `ray start --head` wants a token of everybody, while the same `ray.init` with its
# address, by the same user on the same machine, shows none and cannot connect. With
# RAY_AUTH_MODE=token it shows the one in the home folder.
# For us: `--cluster local` hands its cluster a token of its own through the environment, so that
# none is left behind, and with other clusters a token that is there is shown.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet ray==2.60.0 click==8.5.1 filelock==4.2.11 jsonschema==4.26.0 msgpack==1.2.4 packaging==26.3 protobuf==7.36.2 PyYAML==6.0.4 requests==2.34.2
mkdir "$folder/home"
export HOME=$folder/home RAY_USAGE_STATS_ENABLED=0

cat >"$folder/alone.py" <<'PY'
from pathlib import Path

import ray

token = Path.home() / ".ray" / "auth_token"
print("a token before:", token.exists())
ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="CRITICAL")
ray.shutdown()
print("a token after:", token.exists())
PY
cat >"$folder/join.py" <<'PY'
import sys

import ray

try:
    ray.init(address=sys.argv[1], log_to_driver=False, logging_level="CRITICAL")
    print("connected")
except ConnectionError:
    print("no connection")
PY
port() { "$folder/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
join() {  # join WHEN [VARIABLE=VALUE …]: start a head as ever, and let a driver join it
    local at head
    at=$(port)
    "$folder/bin/ray" start --head --block --port="$at" --num-cpus=1 --include-dashboard=false \
        --temp-dir="$folder/ray$at" >"$folder/head.log" 2>&1 &
    head=$!
    for _ in $(seq 120); do
        if grep -q "runtime started" "$folder/head.log"; then break; fi
        sleep 1
    done
    echo "$1: $(env "${@:2}" "$folder/bin/python" "$folder/join.py" "127.0.0.1:$at" 2>/dev/null)"
    kill "$head"
    wait "$head" 2>/dev/null || true
}
cat >"$folder/expected" <<'TXT'
before: connected
a token before: False
a token after: True
after: no connection
after, asked to show it: connected
TXT
{
    join before NOTHING=
    "$folder/bin/python" "$folder/alone.py" 2>/dev/null
    join after NOTHING=
    join "after, asked to show it" RAY_AUTH_MODE=token
} | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
