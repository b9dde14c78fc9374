import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join, resolve } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cudaNeeds } from '../../../src-main/tensorflow/cuda-needs.ts'
import { chooseDevice } from '../../../src-main/engine/backend/device-choice.ts'
import { installWheels, removeRuntime, runtimeStatus } from '../../../src-main/tensorflow/install.ts'
import { installedRuntimes } from '../../../src-main/tensorflow/installed.ts'
import { bindingPath, librariesDirectory } from '../../../src-main/tensorflow/layout.ts'
import { pinnedRuntime } from '../../../src-main/tensorflow/manifest.ts'
import type { PinnedRuntime, PinnedWheel } from '../../../src-main/tensorflow/manifest.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

/** The RUNPATHs of tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl, as `readelf -d` tells them, each once. */
const runpaths = {
  'libtensorflow_framework.so.2': [
    'nccl',
    'cuda_cupti',
    'cublas',
    'cudnn',
    'cufft',
    'cusparse',
    'cuda_runtime',
    'nvshmem',
  ],
  'libtensorflow_cc.so.2': ['cusolver'],
}
/** Named there and not pinned: for profiling, and for XLA on several machines. */
const unneeded = ['cuda_cupti', 'nvshmem']
/** What XLA compiles with, and which it looks for there by itself. */
const compiler = 'cuda_nvcc'
/** What the others look for beside themselves (`$ORIGIN/../../<part>/lib`), and TensorFlow's metadata asks for. */
const ofOthers = ['cuda_nvrtc', 'curand', 'nvjitlink']

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The pinned wheels with every member there, a few bytes each. */
function smallWheels(real: PinnedRuntime): { pinned: PinnedRuntime; files: Map<string, Buffer> } {
  const files = new Map<string, Buffer>()
  const wheels = real.wheels.map((wheel): PinnedWheel => {
    const parts: Buffer[] = []
    let offset = 0
    const add = (part: Buffer) => {
      parts.push(part)
      offset += part.length
      return offset - part.length
    }
    const members = wheel.members.map((member) => {
      const content = Buffer.from(`${member.name} `.repeat(50))
      const packed = member.method === 8 ? deflateRawSync(content) : content
      add(Buffer.from('a local header'))
      const { name, path, method } = member
      return {
        name,
        path,
        method,
        offset: add(packed),
        compressed: packed.length,
        bytes: content.length,
        sha256: sha256(content),
      }
    })
    const bytes = Buffer.concat(parts)
    files.set(wheel.file, bytes)
    return { ...wheel, members, bytes: bytes.length, sha256: sha256(bytes) }
  })
  return { pinned: { ...real, wheels }, files }
}

const real = pinnedRuntime('cuda', 'linux-x64')!
const { pinned, files } = smallWheels(real)
let server: Server
let folder: ReturnType<typeof temporaryFolder>
let env: NodeJS.ProcessEnv
/** Files that the index offers but whose bytes break off. */
let broken: string | null

beforeEach(async () => {
  folder = temporaryFolder('cuda')
  broken = null
  server = createServer((request, response) => {
    const project = /^\/simple\/([^/]+)\/$/.exec(request.url ?? '')?.[1]
    if (project) {
      const names = pinned.wheels.filter((wheel) => wheel.project === project).map(({ file }) => file)
      response.setHeader('content-type', 'text/html')
      response.end(names.map((name) => `<a href="/files/${name}">${name}</a>`).join('\n'))
      return
    }
    const name = basename(request.url ?? '')
    const bytes = files.get(name) ?? Buffer.alloc(0)
    const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    const part = bytes.subarray(Number(from), Number(to) + 1)
    if (name === broken) {
      response.writeHead(404)
      response.end()
      return
    }
    response.writeHead(206, {
      'content-range': `bytes ${from}-${to}/${bytes.length}`,
      'content-length': part.length,
    })
    response.end(part)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  env = {
    FLOWERBED_CACHE_DIR: folder.path,
    PIP_INDEX_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`,
    PIP_CONFIG_FILE: '/dev/null',
    NO_PROXY: '*',
  }
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  folder.remove()
})

test('the CUDA runtime is installed from an index, listed, used for a GPU, and removed', async () => {
  const told: { phase: string; share: number }[] = []
  await installWheels(pinned, {
    variant: 'cuda',
    env,
    onProgress: ({ phase, receivedBytes, totalBytes }) =>
      told.push({ phase, share: receivedBytes / totalBytes }),
  })
  expect(told.at(-1)).toEqual({ phase: 'done', share: 1 })
  const [installed] = installedRuntimes(env)
  expect(installed).toMatchObject({
    variant: 'cuda',
    version: real.version,
    source: 'wheel',
    removable: true,
  })
  const { directory } = installed!
  for (const { path, name } of pinned.wheels.flatMap(({ members }) => members))
    expect(readFileSync(join(directory, path), 'utf8')).toMatch(name)
  expect(existsSync(bindingPath(directory))).toBe(true)

  const card = {
    index: 0,
    uuid: null,
    name: 'Card',
    computeCapability: 8,
    memoryBytes: 16e9,
    freeBytes: 15e9,
  }
  const decision = chooseDevice({
    device: 'auto',
    runtimes: installedRuntimes(env),
    nvidia: { gpus: [card], driver: '550.54.15', problem: null },
    needs: cudaNeeds(installed),
    visible: undefined,
  })
  expect(decision).toMatchObject({ device: 'cuda', runtime: { directory } })

  const status = await removeRuntime('cuda', env)
  expect(status.installed).toEqual([])
  expect(existsSync(directory)).toBe(false)
})

test('a wheel that cannot be downloaded leaves no runtime behind, and the next try succeeds', async () => {
  broken = pinned.wheels.at(-1)!.file
  await expect(installWheels(pinned, { variant: 'cuda', env })).rejects.toMatchObject({ kind: 'unavailable' })
  expect(runtimeStatus(env).installed).toEqual([])
  expect(readdirSync(join(folder.path, 'runtime'))).toEqual([])
  broken = null
  await installWheels(pinned, { variant: 'cuda', env })
  expect(installedRuntimes(env)).toHaveLength(1)
})

test('every CUDA library lies where TensorFlow’s libraries look for it', async () => {
  await installWheels(pinned, { variant: 'cuda', env })
  const libraries = librariesDirectory(installedRuntimes(env)[0]!.directory)
  for (const [library, parts] of Object.entries(runpaths)) {
    expect(existsSync(join(libraries, library))).toBe(true)
    for (const part of parts.filter((name) => !unneeded.includes(name))) {
      // $ORIGIN/../nvidia/<part>/lib
      const found = readdirSync(resolve(libraries, '..', 'nvidia', part, 'lib'))
      expect(found.filter((name) => /^lib.+\.so\.\d+$/.test(name))).not.toEqual([])
    }
  }
  const looked = Object.values(runpaths).flat()
  const placed = readdirSync(resolve(libraries, '..', 'nvidia')).sort()
  expect(placed).toEqual([...looked.filter((name) => !unneeded.includes(name)), ...ofOthers, compiler].sort())
  const ptxas = resolve(libraries, '..', 'nvidia', compiler, 'bin', 'ptxas')
  expect(statSync(ptxas).mode & 0o777).toBe(0o755)
})

test('pip’s TensorFlow is used where it lies, CUDA libraries and needs and all', () => {
  const site = join(folder.path, 'site-packages')
  for (const path of [
    'tensorflow/libtensorflow_cc.so.2',
    'tensorflow/libtensorflow_framework.so.2',
    'nvidia/cudnn/lib/libcudnn.so.9',
  ]) {
    mkdirSync(join(site, path, '..'), { recursive: true })
    writeFileSync(join(site, path), path)
  }
  const platform = join(site, 'tensorflow', 'python', 'platform')
  mkdirSync(platform, { recursive: true })
  // As TensorFlow 2.21.0 has it, shortened.
  writeFileSync(
    join(platform, 'build_info.py'),
    "build_info = collections.OrderedDict([('cuda_compute_capabilities', ['sm_60', 'sm_70', 'compute_90']), ('cuda_version', '12.5.1'), ('is_cuda_build', True)])\n",
  )
  const [runtime] = installedRuntimes({ ...env, FLOWERBED_TF_DIR: join(site, 'tensorflow') })
  expect(runtime).toMatchObject({ variant: 'cuda', source: 'folder', removable: false })
  const libraries = librariesDirectory(runtime!.directory)
  // The loader takes $ORIGIN from the link, not from what it points to.
  expect(lstatSync(join(libraries, 'libtensorflow_cc.so.2')).isSymbolicLink()).toBe(true)
  expect(realpathSync(resolve(libraries, '..', 'nvidia', 'cudnn', 'lib', 'libcudnn.so.9'))).toBe(
    realpathSync(join(site, 'nvidia/cudnn/lib/libcudnn.so.9')),
  )
  expect(cudaNeeds(runtime, 'linux')).toEqual({ cuda: 12, computeCapability: 6, driver: '525.60.13' })
})
