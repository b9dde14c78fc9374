import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { NvidiaGpu } from '../../../../src-main/engine/backend/nvidia.ts'
import { decideXla, keepCompiled, whileCompiling } from '../../../../src-main/engine/backend/xla.ts'

const gpu = (computeCapability: number | null): NvidiaGpu => ({
  ...{ index: 0, uuid: null, name: 'GPU', memoryBytes: null, freeBytes: null },
  computeCapability,
})
const tools = ['bin/ptxas', 'nvvm/libdevice/libdevice.10.bc']
const inRuntime = tools.map((tool) => `/runtime/deps/nvidia/cuda_nvcc/${tool}`)
const inToolkit = tools.map((tool) => `/usr/local/cuda/${tool}`)

const decide = ({
  on = gpu(9),
  files = inRuntime,
  env = {},
  folder = '/none',
}: {
  on?: NvidiaGpu | null
  files?: string[]
  env?: NodeJS.ProcessEnv
  folder?: string
}) => decideXla({ gpu: on, runtime: '/runtime', env, folder, exists: (path) => files.includes(path) })

it('compiles where the GPU multiplies TF32 and XLA finds both of its tools in one place', () => {
  expect(decide({})).toBe(true)
  expect(decide({ files: inToolkit })).toBe(true)
  expect(decide({ on: null })).toBe(false)
  expect(decide({ on: gpu(7.5) })).toBe(false)
  expect(decide({ on: gpu(null) })).toBe(false)
  expect(decide({ files: inRuntime.slice(1) })).toBe(false)
  expect(decide({ files: [inRuntime[0]!, inToolkit[1]!] })).toBe(false)
})

it('does as FLOWERBED_XLA says, on a GPU', () => {
  expect(decide({ env: { FLOWERBED_XLA: 'off' } })).toBe(false)
  expect(decide({ on: gpu(7.5), files: [], env: { FLOWERBED_XLA: 'on' } })).toBe(true)
  expect(decide({ on: null, env: { FLOWERBED_XLA: 'on' } })).toBe(false)
})

it('keeps compiled steps in a folder, without those of a month ago and beside the flags of the user', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowerbed-xla-'))
  for (const name of ['old', 'new']) writeFileSync(join(folder, name), '')
  utimesSync(join(folder, 'old'), new Date(2020, 0), new Date(2020, 0))
  const env: NodeJS.ProcessEnv = { TF_XLA_FLAGS: '--tf_xla_clustering_debug' }
  keepCompiled(env, folder)
  expect(env['TF_XLA_FLAGS']).toBe(`--tf_xla_clustering_debug --tf_xla_persistent_cache_directory=${folder}`)
  await vi.waitFor(() => expect(readdirSync(folder)).toEqual(['new']))
  keepCompiled(env, '/elsewhere')
  expect(env['TF_XLA_FLAGS']).not.toContain('/elsewhere')
})

it('does not compile again after two processes have ended while they compiled', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowerbed-xla-'))
  writeFileSync(join(folder, 'compiling-1'), '')
  expect(decide({ folder })).toBe(true)
  writeFileSync(join(folder, 'compiling-2'), '')
  expect(decide({ folder })).toBe(false)
  expect(decide({ folder, env: { FLOWERBED_XLA: 'on' } })).toBe(true)
  // A step that was compiled shows that it works.
  const during = await whileCompiling(() => Promise.resolve(readdirSync(folder).length), folder)
  expect(during).toBe(3)
  expect(readdirSync(folder)).toEqual([])
  await expect(whileCompiling(() => Promise.reject(new Error('no memory')), folder)).rejects.toThrow(
    'no memory',
  )
  expect(readdirSync(folder)).toEqual([])
})
