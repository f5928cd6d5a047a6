#!/usr/bin/env python3
"""Lets TorchSharp 0.107.0 load with the C++ library of Debian 12: marks its need for GLIBCXX_3.4.32 weak in libLibTorchSharp.so.
libshim.so, which is loaded before it, has the one symbol that it wants of that version.  fix.py libLibTorchSharp.so"""
import os
import struct
import sys

NEED = 0x3f8f0 + 0x140  # where version 0.107.0 has the entry


def elf_hash(name):
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xf0000000
        if high:
            value ^= high >> 24
        value &= ~high
    return value


path = sys.argv[1]
with open(path, "rb") as file:
    library = bytearray(file.read())
if struct.unpack_from("<I", library, NEED)[0] != elf_hash("GLIBCXX_3.4.32"):
    sys.exit(f"{path} is not the library of TorchSharp 0.107.0")
struct.pack_into("<H", library, NEED + 4, 2)  # VER_FLG_WEAK
with open(path + ".fixed", "wb") as file:
    file.write(library)
os.replace(path + ".fixed", path)
