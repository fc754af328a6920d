#!/bin/sh
# The whole of `make test`: Python with branch coverage and its floors, then the dashboard's component tests and the
# TypeScript client's.
set -eu
cd "$(dirname "$0")/.."
cover=".venv/bin/python -m coverage"
rm -f .coverage .coverage.*
# Two at a time: a file's tests stay together, because many share a server that the file started.
$cover run -m pytest -m "not long" -n "${NETSENTINEL_TEST_WORKERS:-2}" --dist loadfile tests "$@"
$cover combine --quiet
$cover report --fail-under=85 --skip-covered
for feature in storage streamer; do
  echo "Branch coverage of $feature, at least 90 %:"
  $cover report --fail-under=90 --skip-covered --include="*/netsentinel/$feature/*"
done
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
