/**
 * Writes resources/tensorflow-runtime.json: the members of the wheels of each TensorFlow runtime, their offsets in the
 * wheel and their hashes. For maintainers, when the TensorFlow version changes:
 *
 *   node scripts/pin-runtime.mjs 2.21.0
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { pin } from './lib/pin-wheel.mjs'

const version = process.argv[2]
if (!version) {
  console.error('Usage: node scripts/pin-runtime.mjs VERSION')
  process.exit(2)
}
const machines = { 'linux-x64': 'x86_64', 'linux-arm64': 'aarch64' }

const library = (name) =>
  /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/.test(name)
    ? name.replace('tensorflow/', 'deps/lib/')
    : null
/** What XLA compiles kernels with; the rest of the compiler's wheel is for C++. */
const compiler = (name) =>
  /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/libdevice\.10\.bc)$/.test(name) ? `deps/${name}` : null
const nvidia = (name) => (/^nvidia\/[^/]+\/lib\/[^/]+\.so/.test(name) ? `deps/${name}` : null)

/** The GPU that the libraries require: TensorFlow was built for some, and cuDNN has dropped others since. */
function needsOf(buildInfo, wheels) {
  const built = [...buildInfo.matchAll(/'sm_(\d+)(\d)'/g)].map(([, major, minor]) =>
    Number(`${major}.${minor}`),
  )
  const cudnn = wheels.find(({ project }) => project.startsWith('nvidia-cudnn')).file.split('-')[1]
  const [major, minor] = cudnn.split('.').map(Number)
  // cuDNN 9.11 was the first without Maxwell, Pascal and Volta.
  const dropped = major > 9 || (major === 9 && minor >= 11) ? 7.5 : 0
  return {
    cuda: parseInt(/'cuda_version', '(\d+)/.exec(buildInfo)[1]),
    computeCapability: Math.max(Math.min(...built), dropped),
  }
}

const exactly = (found) => found === version
/** Of `<13.0,>=12.5.3.2` the upper bound, as a test of major versions. */
const below = (specifier) => (found) => parseInt(found) < parseInt(/<(\d+)/.exec(specifier)[1])

const runtimes = []
for (const [platform, machine] of Object.entries(machines)) {
  const cpu =
    (await pin('tensorflow-cpu', exactly, machine, library)) ??
    (await pin('tensorflow', exactly, machine, library))
  if (cpu) runtimes.push({ platform, variant: 'cpu', version, wheels: [cpu.wheel] })
  if (platform !== 'linux-x64') continue
  const cuda = await pin('tensorflow', exactly, machine, library)
  const wheels = [cuda.wheel]
  const requirements = cuda.metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+?)([<>=][^;]*);.*and-cuda/gm)
  for (const [, project, specifier] of requirements) {
    if (project.includes('cupti')) continue
    const members = project.includes('nvcc') ? compiler : nvidia
    wheels.push((await pin(project, below(specifier), machine, members)).wheel)
  }
  const needs = needsOf(cuda.buildInfo, wheels)
  runtimes.push({ platform, variant: 'cuda', version, needs, wheels })
}
writeFileSync(
  join(root, 'resources', 'tensorflow-runtime.json'),
  `${JSON.stringify({ format: 1, runtimes }, null, 1)}\n`,
)
