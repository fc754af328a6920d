#!/bin/sh
# The whole of `make test`: what runs in one process, with branch coverage and its floors; then real servers, crashes and
# browsers, without the tracer, which would slow every process that they start; then the dashboard's and the client's.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
cover="$python -m coverage"
rm -f .coverage .coverage.*
# A file's tests stay together, because many share a server that the file started.
run="-m pytest --dist loadfile -n ${NETSENTINEL_TEST_WORKERS:-2}"
# Thousands of small databases: in memory, where there is room for them.
scratch=""
if [ "$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')" -gt 4000000 ] 2>/dev/null; then
  scratch=$(mktemp -d /dev/shm/netsentinel-tests-XXXXXX)
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT TERM
fi
# shellcheck disable=SC2086 # lists of words
$cover run $run -m "not long" ${scratch:+--basetemp="$scratch/tests"} tests/unit tests/contracts "$@"
$cover combine --quiet
$cover report --fail-under=85 --skip-covered
for feature in storage streamer; do
  echo "Branch coverage of $feature, at least 90 %:"
  $cover report --fail-under=90 --skip-covered --include="*/netsentinel/$feature/*"
done
# One more than the cores of a small machine: these wait for each other's processes most of the time. The longest go first.
# shellcheck disable=SC2086
$python -m pytest --dist loadfile --no-loadscope-reorder -n "${NETSENTINEL_TEST_WORKERS:-3}" -m "not long" \
  tests/crash tests/e2e tests/integration tests/architecture "$@"
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
if [ "${major:-0}" -ge 20 ]; then
  (cd dashboard-ui && npm run --silent test)
  (cd clients/typescript && npm run --silent test)
else
  case ",${NETSENTINEL_TEST_REQUIRE:-}," in
    *,all,* | *,node,*) echo "The dashboard's and the client's tests are required, and Node 20 or newer is missing." >&2; exit 1 ;;
    *) echo "The dashboard's and the client's tests did not run: Node 20 or newer is missing." ;;
  esac
fi
