#!/bin/sh
# Builds the kernels with AddressSanitizer and UBSan: sanitized.sh TARGET_FOLDER. Prints where the runtime is that a JVM must load first.
# Status 77 where the C compiler has no sanitizers.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
CC=${CC:-gcc}
export CC
runtime=$("$CC" -print-file-name=libasan.so 2>/dev/null || :)
[ -f "$runtime" ] || { echo "$CC has no libasan.so: the kernels are not run under the sanitizers"; exit 77; }
# -fno-strict-overflow would make an overflow legal
sh "$here/../../main/native/build.sh" "$1" -O1 -g1 -fno-omit-frame-pointer -fstrict-overflow -U_FORTIFY_SOURCE -Wno-error \
  -fsanitize=address,undefined -fno-sanitize-recover=all -DPERIGEE_PLANTED >&2
readlink -f "$runtime"
