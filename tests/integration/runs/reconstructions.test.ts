import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EncodeRequest } from '#shared/sampling-messages.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { Reconstructor } from '../../../src-main/runs/reconstructions.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { facesLadder } from '../../helpers/faces-ladder.ts'
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
  runId = runService.create({ datasetId: 'abc', preset: 'pixel-posterior', changes: {}, device: 'cpu' }).id
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
    ...{ originals: batch(1), reconstructions: batch(2) },
  })
})

test('the reconstructions of a run are kept until it trains longer', async () => {
  facesDataset(store, { count: 20 })
  const [vanilla] = store.runs.ofExperiment(facesLadder({ store, runService }).id)
  const asked: EncodeRequest[] = []
  const shape = { height: 8, width: 8, channels: 3 } as const
  const pixels = Uint8Array.from({ length: 8 * 192 }, (_, i) => i % 256)
  const reconstructor = new Reconstructor({
    store,
    runService,
    encode: (request) => {
      asked.push(request)
      const batch = { ...shape, count: 8, pixels }
      const reconstructionError = Array.from({ length: 8 }, () => 0.25)
      return Promise.resolve({
        codes: null,
        latents: new Float32Array(),
        originals: batch,
        reconstructions: batch,
        reconstructionError,
      })
    },
  })
  expect(await reconstructor.find(vanilla!.id)).toBeNull()
  const [first, again] = await Promise.all([
    reconstructor.reconstruct(vanilla!.id),
    reconstructor.reconstruct(vanilla!.id),
  ])
  expect(again).toEqual(first)
  expect(await reconstructor.find(vanilla!.id)).toEqual(first)
  expect(first).toMatchObject({ encoder: 'inversion', error: Array(8).fill(0.25) })
  expect(first.reconstructions.pixels).toEqual(pixels)
  expect(asked).toHaveLength(1)
  expect(asked[0]!.images.map((image) => image.kind === 'dataset' && image.index)).toEqual([
    0, 2, 5, 7, 10, 12, 15, 17,
  ])
  const record = { step: 9, file: 'b', sha256: 'x', bytes: 1, loss: 1, createdAt: 1 }
  runService.record({ type: 'checkpoint', record: { ...record, runId: vanilla!.id } })
  expect(await reconstructor.find(vanilla!.id)).toBeNull()
})
