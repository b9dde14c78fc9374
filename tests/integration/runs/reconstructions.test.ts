import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { Reconstructor } from '../../../src-main/runs/reconstructions.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runService: RunService
let samples: string
let runId: string

beforeEach(() => {
  folder = temporaryFolder('reconstructions')
  store = openStore(folder.path)
  store.datasets.save({
    ...{ id: 'abc', name: 'Faces', directory: join(folder.path, 'datasets', 'abc'), count: 10 },
    ...{ shape: { height: 8, width: 8, channels: 1 }, labels: [], sources: [], problemCount: 0, bytes: 1 },
    createdAt: 1,
  })
  runService = new RunService(store)
  runId = runService.create({ datasetId: 'abc', preset: 'balanced', changes: {}, device: 'cpu' }).id
  samples = join(runFolder(store.directory, runId), 'samples')
})
afterEach(() => {
  runService.dispose()
  store.close()
  folder.remove()
})

const batch = (value: number): PixelBatch => ({
  ...{ count: 1, height: 8, width: 8, channels: 1, pixels: new Uint8Array(64).fill(value) },
})
const encodeNothing = () => Promise.reject(new Error('The engine must not be asked.'))

test('a reconstruction is made once and then read from its file', async () => {
  let calls = 0
  const reconstructor = new Reconstructor({
    store,
    runService,
    encode: () => {
      calls++
      const encoded = {
        latents: new Float32Array(1),
        codes: null,
        originals: batch(1),
        reconstructions: batch(2),
      }
      return Promise.resolve({ ...encoded, reconstructionError: [0.5] })
    },
  })
  expect(await reconstructor.find(runId)).toBeNull()
  const made = await reconstructor.reconstruct(runId)
  expect(await reconstructor.reconstruct(runId)).toEqual(made)
  expect(calls).toBe(1)
  const stored = JSON.parse(readFileSync(join(samples, 'reconstruction.json'), 'utf8')) as object
  expect(Object.keys(stored)).toContain('reconstructed')
})

test('the file of an earlier version is read under its names', async () => {
  const image = (value: number) => {
    const pixels = Buffer.alloc(64, value).toString('base64')
    return { count: 1, height: 8, width: 8, channels: 1, pixels }
  }
  mkdirSync(samples, { recursive: true })
  writeFileSync(
    join(samples, 'redrawn.json'),
    JSON.stringify({
      ...{ checkpoint: null, step: 3, encoder: 'posterior', error: [0.25] },
      ...{ originals: image(1), drawn: image(2) },
    }),
  )
  const reconstructor = new Reconstructor({ store, runService, encode: encodeNothing })
  expect(await reconstructor.find(runId)).toEqual({
    ...{ runId, step: 3, encoder: 'posterior', error: [0.25] },
    ...{ originals: batch(1), drawn: batch(2) },
  })
})
