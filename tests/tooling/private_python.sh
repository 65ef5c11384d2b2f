#!/usr/bin/env bash
# Print the path of a private CPython 3.13; get it first where it is missing.
#
# Debian 12 has Python 3.11, ansible-core 2.21 wants 3.12 or newer. This extracts the python3.13 packages of Debian 13
# with their own C library into a cache directory. Nothing of the system is changed: the interpreter's loader and library
# path are rewritten to that directory, so it and only it uses the newer C library. Commands that it starts do not.
set -euo pipefail
. "$(dirname "$0")/env.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/nat64.jool
place=$cache/python-3.13
python=$place/usr/bin/python3.13

works() {
    "$python" -c 'import ctypes, ensurepip, sqlite3, ssl, venv' 2>/dev/null
}

if works; then
    echo "$python"
    exit 0
fi

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "no Python 3.12 to 3.14 found: install one (with venv) and name it with PYTHON=/path/to/python3.13," \
        "or run 'make setup' as root on Debian to get a private one"
fi

mkdir -p "$cache"
exec 9>"$cache/python-3.13.lock"
flock 9
if works; then # another run was faster
    echo "$python"
    exit 0
fi

step "no Python 3.12 or newer: getting a private Python 3.13 from Debian 13 (about a minute)"
log=$cache/python-3.13.log
: >"$log"
trap 'echo "failed: see $log" >&2; tail -n 15 "$log" >&2' ERR

missing=()
for package in mmdebstrap patchelf debian-archive-keyring; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    step "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    {
        apt-get update
        apt-get install -y --no-install-recommends "${missing[@]}"
    } >>"$log" 2>&1 </dev/null
fi

step "extracting python3.13 into $place"
fresh=$place.new
rm -rf "$fresh" "$place"
mmdebstrap --variant=extract --include=python3.13,python3.13-venv trixie "$fresh" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >>"$log" 2>&1
rm -rf "${fresh:?}"/usr/share/{doc,info,man,perl5,locale} "${fresh:?}"/{dev,proc,sys,tmp,var}
mv "$fresh" "$place"

loader=$(patchelf --print-interpreter "$python")
libc=$(find "$place/usr/lib" -name libc.so.6 -print -quit)
libraries=$(dirname "$libc")
# RPATH, not RUNPATH: it counts for the libraries of libraries too.
patchelf --set-interpreter "$(realpath "$libraries/$(basename "$loader")")" --force-rpath --set-rpath "$libraries" "$python"
# Debian's ensurepip takes its wheels from a path that is fixed at build time.
sed -i "s|'WHEEL_PKG_DIR': '[^']*'|'WHEEL_PKG_DIR': '$place/usr/share/python-wheels/'|" \
    "$place"/usr/lib/python3.13/_sysconfigdata*.py

step "proving it: a virtual environment with pip and TLS, and one made from within"
proof=$cache/python-3.13.proof
rm -rf "$proof"
{
    "$python" -m venv "$proof/one"
    "$proof/one/bin/python" -m venv "$proof/two"
    "$proof/two/bin/python" -m pip --version
    "$proof/two/bin/python" -c 'import ssl, subprocess; ssl.create_default_context(); subprocess.run(["ls", "/"], check=True)'
} >>"$log" 2>&1
rm -rf "$proof"
echo "$python"
