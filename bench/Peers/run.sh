#!/usr/bin/env bash
# Builds the comparison and runs it with the given options: run.sh [--rows PATTERN] [--threads 1,2] [--pairs 15] [--seconds 3] [--json] [--alone]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dotnet build "$here" -c Release -v quiet -nologo >&2
out=$here/bin/Release/net10.0/linux-x64

# TorchSharp asks for a C++ library newer than Debian 12's.
if ! "$out/Ballast.Peers" --check >/dev/null 2>&1; then
    g++ -O2 -shared -fPIC "$here/debian12/shim.cpp" -Wl,--version-script="$here/debian12/shim.map" -o "$out/libshim.so"
    /usr/bin/python3 "$here/debian12/fix.py" "$out/libLibTorchSharp.so"
fi
exec "$out/Ballast.Peers" "$@"
