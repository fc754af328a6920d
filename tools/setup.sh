#!/bin/sh
# Sets up .venv and the dashboard; idempotent, and quick when nothing changed.
#   tools/setup.sh runtime   what `make run` needs
#   tools/setup.sh all       and what the tests and linters need
set -eu
cd "$(dirname "$0")/.."
level=${1:-all}

say() { printf '%s\n' "$*" >&2; }

find_python() {
  for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"
      return
    fi
  done
  say "NetSentinel needs Python 3.11 or newer; on Debian 12: apt install python3 python3-venv"
  exit 1
}

fingerprint() { cat "$@" | sha256sum | cut -c1-16; }

make_venv() {
  if [ -x .venv/bin/python ]; then return; fi
  python=$(find_python)
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if command -v uv >/dev/null 2>&1; then
      uv venv --quiet --python "$python" .venv
      return
    fi
    say "python3 -m venv lacks ensurepip; this mends it: apt install python3-venv"
    exit 1
  fi
  say "Making .venv with $("$python" --version)"
  "$python" -m venv .venv
}

install() { # install LOCKFILE STAMP
  if [ -e ".venv/$2" ]; then return; fi
  say "Installing the packages of $1"
  if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python --require-hashes -r "$1"
    uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
  else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  fi
  touch ".venv/$2"
}

build_dashboard() {
  major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
  if [ "${major:-0}" -lt 20 ]; then
    say "The dashboard is not built: Node 20 or newer is missing. Everything else works; the API is at /docs."
    return
  fi
  sources=$(find dashboard-ui -type f -not -path '*/node_modules/*' -not -path '*/coverage/*' | LC_ALL=C sort)
  # shellcheck disable=SC2086 # the list is our own files, without spaces
  stamp=$(fingerprint $sources)
  if [ "$(cat src/netsentinel/dashboard/.built 2>/dev/null || true)" = "$stamp" ]; then return; fi
  lock=$(fingerprint dashboard-ui/package-lock.json)
  if [ "$(cat dashboard-ui/node_modules/.installed 2>/dev/null || true)" != "$lock" ]; then
    say "Installing the dashboard's packages"
    # Not `npm ci`: it refuses a lock in which an optional package of another platform is missing. This takes the locked
    # versions with their hashes all the same, and writes neither package.json nor the lock.
    (cd dashboard-ui && npm install --no-save --loglevel=error --no-fund --no-audit >/dev/null)
    printf '%s' "$lock" >dashboard-ui/node_modules/.installed
  fi
  say "Building the dashboard"
  (cd dashboard-ui && npm run --silent build >/dev/null)
  printf '%s' "$stamp" >src/netsentinel/dashboard/.built
}

make_venv
install requirements/runtime.txt ".runtime-$(fingerprint requirements/runtime.txt pyproject.toml)"
if [ "$level" = all ]; then
  install requirements/dev.txt ".dev-$(fingerprint requirements/dev.txt pyproject.toml)"
fi
build_dashboard
