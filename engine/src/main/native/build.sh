#!/bin/sh
# Builds the kernels with the C compiler that is there: build.sh TARGET_FOLDER [FLAG…], flags for the compiler behind its own. Without one
# it says so and leaves nothing behind: the jar then runs on the Java kernels.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$1
shift
compiler=${CC:-}
for name in gcc cc clang; do
  [ -n "$compiler" ] || ! command -v "$name" >/dev/null 2>&1 || compiler=$name
done
case "$(uname -s)" in
  Linux) system=linux; suffix=so ;;
  Darwin) system=macos; suffix=dylib ;;
  *) echo "perigee: no native kernels for $(uname -s); the Java kernels will run"; exit 0 ;;
esac
machine=$(uname -m)
case "$machine" in
  x86_64|amd64) machine=x86_64 ;;
  arm64|aarch64) machine=aarch64 ;;
esac
folder=$target/META-INF/perigee/native/$system-$machine
library=$folder/libperigee_kernels.$suffix
if [ -z "$compiler" ]; then
  echo "perigee: no C compiler found (gcc, cc, clang or \$CC); the jar will run on the Java kernels"
  rm -f "$library"
  exit 0
fi
if [ -f "$library" ] && [ -z "$(find "$here" -newer "$library" -type f)" ]; then
  exit 0
fi
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
flags="-std=c17 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fno-strict-overflow -fno-math-errno
  -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -ffile-prefix-map=$here=. -Wall -Wextra -Werror -Wno-psabi $*"
compile() { # source, extra flags
  # shellcheck disable=SC2086
  "$compiler" $flags $2 -c "$here/$1" -o "$objects/$(basename "$1").o"
}
compile dispatch.c ""
compile memory.c ""
compile isa/scalar.c ""
if [ "$machine" = x86_64 ]; then
  compile isa/avx2.c "-mavx2 -mfma -mf16c"
  compile isa/avx512.c "-mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx512bf16 -mavx2 -mfma -mf16c -mprefer-vector-width=512"
fi
mkdir -p "$folder"
link=""
[ "$system" != linux ] || link="-Wl,--build-id=none -Wl,-z,relro,-z,now -Wl,-z,noexecstack"
# shellcheck disable=SC2086
"$compiler" -shared $link "$@" -o "$library.new" "$objects"/*.o -lm
mv "$library.new" "$library"
echo "perigee: native kernels built with $compiler for $system-$machine"
