#!/usr/bin/env bash
# Makes .venv with Python 3.10 and the one hash-locked set of packages. Does nothing when that is already so.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.venv/.locked
wanted=$(cksum < requirements.lock)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi

is_310() { [ -n "$1" ] && [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "3.10" ]; }

find_python() {
  local candidate root
  candidate=$(command -v python3.10 || true)
  # A pyenv shim is on the PATH even where that version is not the chosen one; is_310 tells.
  if is_310 "$candidate"; then echo "$candidate"; return; fi
  if command -v pyenv >/dev/null 2>&1; then
    root=$(pyenv root)
    for candidate in "$root"/versions/3.10.*/bin/python; do
      if is_310 "$candidate"; then echo "$candidate"; return; fi
    done
  fi
}

find_uv() {
  if command -v uv >/dev/null 2>&1; then command -v uv; return; fi
  if [ -x .venv-tools/bin/uv ]; then echo .venv-tools/bin/uv; return; fi
  local maker=${1:-$(command -v python3 || true)}
  [ -n "$maker" ] || return 0
  if "$maker" -m venv .venv-tools >/dev/null 2>&1 && .venv-tools/bin/pip install -q uv >/dev/null 2>&1; then
    echo .venv-tools/bin/uv
  fi
}

python=$(find_python)
uv=$(find_uv "$python")
if [ -z "$python" ] && [ -n "$uv" ]; then
  echo "Python 3.10 was not found; fetching it with uv …"
  "$uv" python install -q 3.10 && python=$("$uv" python find 3.10) || python=
fi
if [ -z "$python" ]; then
  cat >&2 <<'EOT'
kindlight: Python 3.10 is needed (Rasa 3.6 runs on no later version) and was not found on the PATH, under pyenv or through uv.
Install it in one of these ways, then run the same command again:
  Debian/Ubuntu: apt-get install python3-venv, then: python3 -m pip install uv && uv python install 3.10
  macOS:         brew install python@3.10
  pyenv:         pyenv install 3.10
EOT
  exit 1
fi

echo "Setting up .venv with $("$python" --version) …"
rm -rf .venv
if [ -n "$uv" ]; then
  "$uv" venv -q --python "$python" .venv
  "$uv" pip sync -q --python .venv/bin/python --require-hashes requirements.lock
else
  "$python" -m venv .venv
  # The lock is complete: resolving again would bring TensorFlow back in through Rasa's own requirements.
  .venv/bin/python -m pip install -q --require-hashes --no-deps -r requirements.lock
fi
echo "$wanted" > "$stamp"
