#!/bin/sh
# Makes the lock files anew: exact versions with hashes, no registry addresses.
set -eu
cd "$(dirname "$0")/.."
compile="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
  --custom-compile-command tools/lock.sh"
$compile pyproject.toml --extra neo4j --extra postgres --group build -o requirements/runtime.txt
$compile pyproject.toml --extra ml --extra neo4j --extra postgres --group build --group dev -o requirements/dev.txt
# What `make test-anomalib` installs, in a place of its own: several GB.
$compile pyproject.toml --extra anomalib --group build --group anomalib -o requirements/anomalib.txt
# What the extra ml adds to the demo; its packages that the runtime has stay as they are there.
sed -n 's/^ml = \[\(.*\)\]$/\1/p' pyproject.toml | tr -d '" ' | tr ',' '\n' |
  $compile - -c requirements/runtime.txt -o requirements/ml.txt
