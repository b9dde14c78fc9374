#!/bin/sh
# Joins the pieces of pack.mjs; needs nothing but a shell, tar, xz and sha256sum.
#
#   sh unpack.sh PIECES FOLDER [NVIDIA]
#
# NVIDIA is the folder of a Python's CUDA libraries (site-packages/nvidia), for pieces packed without them. Libraries of
# CUDA 13 get the names that TensorFlow for CUDA 12 looks for: it finds in them all that it calls.
set -eu
pieces=$(cd "$1" && pwd)
mkdir -p "$2/runtime"
folder=$(cd "$2" && pwd)
(cd "$pieces" && sha256sum --check --quiet SHA256SUMS)
cat "$pieces"/program.* | xz -dc -T0 | tar -x -C "$folder"
cat "$pieces"/runtime.* | xz -dc -T0 | tar -x -C "$folder/runtime"
libraries=
if [ $# -ge 3 ]; then
  nvidia=$(cd "$3" && pwd)
  mkdir -p "$folder/cuda"
  for path in "$nvidia"/*/lib/*.so.* "$folder"/runtime/deps/nvidia/cuda_runtime/lib/*.so.*; do
    ln -sf "$path" "$folder/cuda/"
    case ${path##*/} in
      libcublas.so.13) ln -sf "$path" "$folder/cuda/libcublas.so.12" ;;
      libcublasLt.so.13) ln -sf "$path" "$folder/cuda/libcublasLt.so.12" ;;
      libcufft.so.12) ln -sf "$path" "$folder/cuda/libcufft.so.11" ;;
      libcusolver.so.12) ln -sf "$path" "$folder/cuda/libcusolver.so.11" ;;
    esac
  done
  libraries="export LD_LIBRARY_PATH=$folder/cuda"
fi
cat > "$folder/environment" <<END
export FLOWERBED_TF_DIR=$folder/runtime
export PATH=$folder/node_modules/node/bin:\$PATH
$libraries
END
echo "Ready. Now, with a Python that has torch:"
echo "  . $folder/environment"
echo "  node $folder/bench/gpu/measure.mjs --python PYTHON --out results.json"
