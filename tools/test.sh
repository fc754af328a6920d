#!/bin/sh
# The whole of `make test`: Python with branch coverage and its floors, then the dashboard's component tests.
set -eu
cd "$(dirname "$0")/.."
rm -f .coverage .coverage.*
.venv/bin/python -m coverage run -m pytest -m "not long" tests "$@"
.venv/bin/python -m coverage combine --quiet
.venv/bin/python -m coverage report --fail-under=85 --skip-covered | tail -n 40
for feature in storage streamer; do
  .venv/bin/python -m coverage report --fail-under=90 --include="*/netsentinel/$feature/*" | tail -n 1
done
if [ -d dashboard-ui/node_modules ]; then
  (cd dashboard-ui && npm run --silent test)
else
  case ",${NETSENTINEL_TEST_REQUIRE:-}," in
    *,all,* | *,node,*) echo "The dashboard's tests are required, and Node 20 or newer is missing." >&2; exit 1 ;;
    *) echo "The dashboard's tests did not run: Node 20 or newer is missing." ;;
  esac
fi
