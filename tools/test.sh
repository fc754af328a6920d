#!/bin/sh
# The whole of `make test`: what runs in one process, with branch coverage and its floors; then real servers, crashes and
# browsers, without the tracer, which would slow every process that they start; beside the first the dashboard's and the
# client's, which fill the time in which databases are waited for. Up to three tests that fail are run once more, alone:
# one that passes then is told of as unsteady, and is no reason to throw away the others' result (docs/decisions/0062).
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
cover="$python -m coverage"
rm -f .coverage .coverage.*
# Hundreds of processes are started: what they load is compiled once, wherever the surroundings forbid that by default.
export PYTHONDONTWRITEBYTECODE=
# A file's tests stay together, because many share a server that the file started. The longest go first.
run="-m pytest --dist loadfile --no-loadscope-reorder"
failed=0
web=""
unsteady=""
log=$(mktemp)
trap '[ -z "$web" ] || wait "$web" || true; rm -rf "${scratch:-$log}" "$log"' EXIT
trap 'exit 130' INT TERM
# Thousands of small databases: in memory, where there is room for them.
scratch=""
if [ "$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')" -gt 4000000 ] 2>/dev/null; then
  scratch=$(mktemp -d /dev/shm/netsentinel-tests-XXXXXX)
fi

again() { # again STATUS: what failed in the run before, once more and alone; its status, or that of the run before
  failures=.pytest_cache/v/cache/lastfailed
  if [ "$1" != 1 ] || [ ! -e $failures ]; then return "$1"; fi
  count=$($python -c "import json; print(len(json.load(open('$failures'))))")
  if [ "$count" -gt 3 ]; then return "$1"; fi
  names=$($python -c "import json; print(*json.load(open('$failures')), sep='\n  ')")
  echo "Once more, alone:"
  $python -m pytest -m "not long" --last-failed --last-failed-no-failures none tests || return $?
  unsteady="$unsteady
  $names"
}

major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
if [ "${major:-0}" -ge 20 ]; then
  ( (cd dashboard-ui && npm run --silent test) && (cd clients/typescript && npm run --silent test)) >"$log" 2>&1 &
  web=$!
else
  case ",${NETSENTINEL_TEST_REQUIRE:-}," in
    *,all,* | *,node,*) echo "The dashboard's and the client's tests are required, and Node 20 or newer is missing." >&2; exit 1 ;;
    *) echo "The dashboard's and the client's tests did not run: Node 20 or newer is missing." ;;
  esac
fi
rm -f .pytest_cache/v/cache/lastfailed
# More than the cores of a small machine, here and below: tests wait for databases, and for each other's processes.
# shellcheck disable=SC2086 # lists of words
$cover run $run -n "${NETSENTINEL_TEST_WORKERS:-3}" -m "not long" ${scratch:+--basetemp="$scratch/tests"} tests/unit tests/contracts "$@" || again $?
$cover combine --quiet
$cover report --fail-under=85 --skip-covered
for feature in storage streamer; do
  echo "Branch coverage of $feature, at least 90 %:"
  $cover report --fail-under=90 --skip-covered --include="*/netsentinel/$feature/*"
done
# shellcheck disable=SC2086
$python $run -n "${NETSENTINEL_TEST_WORKERS:-4}" -m "not long" --durations=15 \
  tests/crash tests/e2e tests/integration tests/architecture "$@" || again $? || failed=$?
if [ -n "$web" ]; then
  wait "$web" || failed=$?
  web=""
  cat "$log"
fi
if [ -n "$unsteady" ]; then
  echo "Unsteady, because they failed beside other tests and passed alone:$unsteady"
fi
exit "$failed"
