#!/bin/sh
# Joins the pieces of pack.mjs; needs nothing but a shell, tar and sha256sum.
#
#   sh unpack.sh PIECES FOLDER [NVIDIA]
#
# NVIDIA is the folder of a Python's CUDA libraries (site-packages/nvidia), for pieces packed without them.
set -eu
pieces=$(cd "$1" && pwd)
mkdir -p "$2/runtime"
folder=$(cd "$2" && pwd)
(cd "$pieces" && sha256sum --check --quiet SHA256SUMS)
cat "$pieces"/program.* | tar -xz -C "$folder"
cat "$pieces"/runtime.* | tar -xz -C "$folder/runtime"
if [ $# -ge 3 ]; then
  rm -rf "$folder/runtime/deps/nvidia"
  ln -s "$(cd "$3" && pwd)" "$folder/runtime/deps/nvidia"
fi
echo "Ready. Now, with a Python that has torch:"
echo "  export FLOWERBED_TF_DIR=$folder/runtime"
echo "  $folder/node_modules/node/bin/node $folder/bench/gpu/measure.mjs --python PYTHON --out results.json"
