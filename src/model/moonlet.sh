#!/bin/sh
# moonlet.sh STEP [options]: runs one step of making the bundled model; see README.md.
set -eu
cd "$(dirname "$0")"
if [ ! -x work/venv/bin/python ]; then
    python3 -m venv work/venv
    work/venv/bin/pip install -q -r requirements.lock
fi
# Keep freed tensors in the process: returning and faulting pages in again costs a tenth of a step.
export MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_TOP_PAD_=67108864
# Every size of product is compiled once and kept; the loops between them by one compiler at a time.
export ONEDNN_PRIMITIVE_CACHE_CAPACITY=16384 TORCHINDUCTOR_COMPILE_THREADS=1
exec work/venv/bin/python -m moonlet "$@"
