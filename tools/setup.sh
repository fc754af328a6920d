#!/bin/sh
# Sets up .venv and the dashboard; idempotent, and quick when nothing changed.
#   tools/setup.sh runtime   what `make run` needs, models included
#   tools/setup.sh all       and what the tests and linters need
#   tools/setup.sh anomalib  what `make test-anomalib` needs, in a place of its own: .anomalib
set -eu
cd "$(dirname "$0")/.."
level=${1:-all}
venv=.venv
if [ "$level" = anomalib ]; then venv=.anomalib; fi

say() { printf '%s\n' "$*" >&2; }

# What can make an environment, is 3.11 or newer, and has the interpreter in the executable: one that has it in a shared
# library, as pyenv builds it, takes a quarter more time for everything. Where there is no such one, any that is new enough.
find_python() {
  maker="import ensurepip"
  if command -v uv >/dev/null 2>&1; then maker=""; fi
  for wanted in '"libpython3" in open("/proc/self/maps").read()' False; do
    for candidate in python3.13 python3.12 python3.11 python3 /usr/bin/python3; do
      if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$maker
import os, sys
sys.exit(sys.version_info < (3, 11) or (os.path.exists('/proc/self/maps') and $wanted))" 2>/dev/null; then
        command -v "$candidate"
        return
      fi
    done
    maker=""
  done
  say "NetSentinel needs Python 3.11 or newer; on Debian 12: apt install python3 python3-venv"
  exit 1
}

fingerprint() { cat "$@" | sha256sum | cut -c1-16; }

make_venv() {
  if [ -x "$venv/bin/python" ]; then return; fi
  python=$(find_python)
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if command -v uv >/dev/null 2>&1; then
      uv venv --quiet --python "$python" "$venv"
      return
    fi
    say "python3 -m venv lacks ensurepip; this mends it: apt install python3-venv"
    exit 1
  fi
  say "Making $venv with $("$python" --version)"
  "$python" -m venv "$venv"
}

install() { # install LOCKFILE STAMP
  if [ -e "$venv/$2" ]; then return; fi
  say "Installing the packages of $1"
  if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python "$venv/bin/python" --require-hashes -r "$1" || return 1
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e . || return 1
  else
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1" || return 1
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . || return 1
  fi
  touch "$venv/$2"
}

has_node() {
  major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
  [ "${major:-0}" -ge 20 ]
}

stamp_of() { # of the sources in folders
  # shellcheck disable=SC2046 # the list is our own files, without spaces
  fingerprint $(find "$@" -type f -not -path '*/node_modules/*' -not -path '*/coverage/*' -not -path '*/dist/*' \
    -not -path '*/build/*' | LC_ALL=C sort)
}

install_packages() { # install_packages FOLDER
  lock=$(fingerprint "$1/package-lock.json")
  if [ "$(cat "$1/node_modules/.installed" 2>/dev/null || true)" = "$lock" ]; then return; fi
  say "Installing the packages of $1"
  # Not `npm ci`: it refuses a lock in which an optional package of another platform is missing. This takes the locked
  # versions with their hashes all the same, and writes neither package.json nor the lock.
  (cd "$1" && npm install --no-save --loglevel=error --no-fund --no-audit >/dev/null)
  printf '%s' "$lock" >"$1/node_modules/.installed"
}

build_dashboard() {
  if ! has_node; then
    say "The dashboard is not built: Node 20 or newer is missing. Everything else works; the API is at /docs."
    return
  fi
  stamp=$(stamp_of dashboard-ui clients/typescript/src) # the client is built into it, from its source
  if [ "$(cat src/netsentinel/dashboard/.built 2>/dev/null || true)" = "$stamp" ]; then return; fi
  install_packages dashboard-ui
  say "Building the dashboard"
  (cd dashboard-ui && npm run --silent build >/dev/null)
  printf '%s' "$stamp" >src/netsentinel/dashboard/.built
}

build_client() {
  if ! has_node; then return; fi
  stamp=$(stamp_of clients/typescript)
  built=clients/typescript/node_modules/.built # not in dist, which is published
  if [ -e clients/typescript/dist/index.js ] && [ "$(cat $built 2>/dev/null || true)" = "$stamp" ]; then return; fi
  install_packages clients/typescript
  say "Building the TypeScript client"
  (cd clients/typescript && npm run --silent build)
  printf '%s' "$stamp" >$built
}

make_venv
if [ "$level" = anomalib ]; then
  install requirements/anomalib.txt ".anomalib-$(fingerprint requirements/anomalib.txt pyproject.toml)"
  exit 0
fi
install requirements/runtime.txt ".runtime-$(fingerprint requirements/runtime.txt pyproject.toml)"
if [ "$level" = all ]; then
  install requirements/dev.txt ".dev-$(fingerprint requirements/dev.txt pyproject.toml)"
fi
if [ "$level" = runtime ] && ! install requirements/ml.txt ".ml-$(fingerprint requirements/ml.txt)"; then
  say "The packages of the extra ml could not be installed: everything else works, and no models can be trained."
fi
build_dashboard
if [ "$level" = all ]; then build_client; fi
