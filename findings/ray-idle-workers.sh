#!/usr/bin/env bash
# Guess, before it was run: two drivers on a cluster of one core, each with short tasks one after the
# other, get a worker process each; what a process has loaded with its first task is there for all
# later ones, so that two drivers take twice the time of one.
# Seen: Ray 2.60.0 ends a worker that has been idle for a second where there are more workers than
# cores. Where loading takes longer than that, each driver's worker is ended while the other's loads,
# and nearly every task runs in a new process: eight tasks of 50 ms after 3 s of loading took 4 s alone
# and 75 s beside another driver. It is the nodes' setting: with a threshold of a minute it was 10 s.
# For us: TensorFlow takes ten seconds to load, a part of a batch some milliseconds. Two trainings in
# parts on the same cores did not get done; docs/cluster.md has nodes started with that threshold.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet ray==2.60.0 click==8.5.1 filelock==4.2.11 jsonschema==4.26.0 msgpack==1.2.4 packaging==26.3 protobuf==7.36.2 PyYAML==6.0.4 requests==2.34.2
export RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=disabled

cat >"$folder/driver.py" <<'PY'
import sys

import ray

TASKS = 6


@ray.remote(num_cpus=1)
def work():
    import os
    import sys
    import time

    if not hasattr(sys, "loaded"):
        time.sleep(3)  # as a large library takes to be imported
        sys.loaded = True
    time.sleep(0.05)
    return os.getpid()


ray.init(address=sys.argv[1], log_to_driver=False, logging_level="CRITICAL")
processes = {ray.get(work.remote()) for _ in range(TASKS)}
print("most tasks load anew" if 2 * len(processes) > TASKS else "what is loaded stays")
PY
port() { "$folder/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
work() { "$folder/bin/python" "$folder/driver.py" "$1" 2>/dev/null; }
cluster() {  # cluster WHEN [VARIABLE=VALUE …]: start a node of one core; one driver, then two at once
    local at head first
    at=127.0.0.1:$(port)
    env "${@:2}" "$folder/bin/ray" start --head --block --port="${at##*:}" --num-cpus=1 \
        --include-dashboard=false --temp-dir="$folder/ray${at##*:}" >"$folder/head.log" 2>&1 &
    head=$!
    for _ in $(seq 120); do
        if grep -q "runtime started" "$folder/head.log"; then break; fi
        sleep 1
    done
    echo "$1, a driver alone: $(work "$at")"
    work "$at" >"$folder/first" &
    first=$!
    echo "$1, one of two: $(work "$at")"
    wait "$first"
    echo "$1, the other: $(cat "$folder/first")"
    kill "$head"
    wait "$head" 2>/dev/null || true
}
cat >"$folder/expected" <<'TXT'
as ever, a driver alone: what is loaded stays
as ever, one of two: most tasks load anew
as ever, the other: most tasks load anew
a minute idle, a driver alone: what is loaded stays
a minute idle, one of two: what is loaded stays
a minute idle, the other: what is loaded stays
TXT
{
    cluster "as ever" NOTHING=
    cluster "a minute idle" RAY_idle_worker_killing_time_threshold_ms=60000
} | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as written down"
