/**
 * Writes scripts/native-inputs.json: the wheels of Zig's compiler and the headers of a TensorFlow wheel with which
 * scripts/build-native.mjs compiles. For maintainers, when either version changes:
 *
 *   node scripts/pin-native.mjs ZIG_VERSION TENSORFLOW_VERSION
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { findWheel, pin } from './lib/pin-wheel.mjs'

const [zig, tensorflow] = process.argv.slice(2)
if (!tensorflow) {
  console.error('Usage: node scripts/pin-native.mjs ZIG_VERSION TENSORFLOW_VERSION')
  process.exit(2)
}

/** The headers that the C interface includes; the compiler names one that is missing here. */
const headers =
  /^(tensorflow\/c\/(c_api|c_api_macros|kernels|ops|tf_\w+|eager\/c_api|experimental\/stream_executor\/stream_executor)|tensorflow\/core\/platform\/ctstring(_internal)?|tensorflow\/core\/common_runtime\/next_pluggable_device\/c\/tf_rendezvous_c_api|tsl\/platform\/(platform|ctstring|ctstring_internal)|xla\/tsl\/c\/tsl_status)\.h$/
const include = 'tensorflow/include/'
const header = (name) =>
  name.startsWith(include) && headers.test(name.slice(include.length)) ? name.slice(include.length) : null

const compilers = {}
for (const [host, machine] of Object.entries({ 'linux-x64': 'x86_64', 'linux-arm64': 'aarch64' })) {
  const { filename, sha256, bytes } = await findWheel('ziglang', (version) => version === zig, machine)
  compilers[host] = { file: filename, sha256, bytes }
}
const { wheel } = await pin('tensorflow-cpu', (version) => version === tensorflow, 'x86_64', header)
writeFileSync(
  join(root, 'scripts', 'native-inputs.json'),
  `${JSON.stringify({ zig: { version: zig, wheels: compilers }, tensorflow: { version: tensorflow, headers: wheel } }, null, 1)}\n`,
)
