import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import type { RunStatus } from '#shared/schemas/run.ts'
import { diagnosticsFolder } from '#shared/schemas/diagnostics.ts'
import { Dataset } from '../../src-main/datasets/packed-dataset.ts'
import { openStore } from '../../src-main/database/store.ts'
import type { Store } from '../../src-main/database/store.ts'
import { checkpointFile } from '../../src-main/files/checkpoint-names.ts'
import { datasetsFolder, runFolder } from '../../src-main/files/data-folder.ts'
import { RunService } from '../../src-main/runs/run-service.ts'
import { importInto } from './importer.ts'

/** What a run of a made-up history is. */
export interface MadeRun {
  name: string
  status: RunStatus
  tags?: string[]
  note?: string
  starred?: boolean
  loss?: number
  step?: number
  /** With curves and events as a training leaves them. */
  curves?: boolean
  /** Settings other than those of the preset. */
  changes?: Record<string, unknown>
}

const columns = 4
const checkpointBytes = 200_000

/**
 * Fills a data folder with a dataset of a folder's images and runs that look trained: sheets of samples that are images
 * of the dataset, checkpoints of zeros. Answers the ids of the runs by name.
 */
export async function madeLibrary(
  directory: string,
  options: { folder: string; runs: MadeRun[]; side?: number },
): Promise<Record<string, string>> {
  const { folder, runs, side = 32 } = options
  const packed = await importInto(datasetsFolder(directory), {
    folder,
    changes: { height: side, width: side },
  })
  const store = openStore(directory)
  try {
    store.datasets.save(packed)
    const ids: Record<string, string> = {}
    for (const run of runs) ids[run.name] = await addRun(store, packed.id, run)
    return ids
  } finally {
    store.close()
  }
}

async function addRun(store: Store, datasetId: string, made: MadeRun): Promise<string> {
  const runService = new RunService(store)
  const changes = { steps: 1000, ...made.changes }
  const { id } = runService.create({
    datasetId,
    preset: 'pixel-posterior',
    changes,
    device: 'cpu',
    name: made.name,
  })
  // Otherwise it would count as trained by this process.
  runService.dispose()
  const { name, status, tags = [], note = '', starred = false, loss = 0.5, step = 1000 } = made
  store.runs.update(id, {
    name,
    status,
    tags,
    note,
    starred,
    step,
    losses: { loss },
    trainedSeconds: step / 2,
  })
  const folder = runFolder(store.directory, id)
  for (const inner of ['samples', 'checkpoints', diagnosticsFolder])
    mkdirSync(join(folder, inner), { recursive: true })
  const key = store.runs.key(id)
  for (let at = 100; at <= step; at += 100) {
    await writeSheet(store, { id, datasetId, step: at })
    const file = checkpointFile(at)
    writeFileSync(join(folder, 'checkpoints', file), Buffer.alloc(checkpointBytes))
    writeFileSync(join(folder, 'checkpoints', file.replace('.safetensors', '.json')), '{}')
    store.checkpoints.save(key, {
      ...{ runId: id, step: at, file, sha256: 'a'.repeat(64), bytes: checkpointBytes },
      ...{ loss: loss + Math.abs(at - 600) / 1000, createdAt: at },
    })
  }
  if (made.curves === true) addCurves(store, id, { loss, step })
  writeFileSync(join(folder, diagnosticsFolder, 'latest.json'), Buffer.alloc(10_000))
  return id
}

/** Losses that fall from run to run differently, and a pause half-way at which the learning rate changed. */
function addCurves(store: Store, id: string, { loss, step: steps }: { loss: number; step: number }): void {
  const key = store.runs.key(id)
  const points = Array.from({ length: 200 }, (_, i) => {
    const step = Math.max(1, Math.round(((i + 1) * steps) / 200))
    const value = loss * (1 + 4 * Math.exp((-6 * step) / steps)) + 0.03 * loss * Math.sin(i * 1.7 + key)
    const validation = i % 20 === 19 ? { validation: value * 1.1, kernelDistance: value / 10 } : {}
    return {
      ...{ step, seconds: step / 2 },
      values: {
        ...{ loss: value, velocity: value * 0.8, kl: 0.2 * value, gradientNorm: 2 * value, ...validation },
        learningRate: i < 100 ? 0.001 : 0.0005,
      },
    }
  })
  store.metrics.add(key, points)
  const half = Math.round(steps / 2)
  store.events.add(key, { kind: 'started', step: 0, detail: { device: 'CPU' } })
  store.events.add(key, { kind: 'paused', step: half, detail: {} })
  store.events.add(key, { kind: 'resumed', step: half, detail: { checkpoint: checkpointFile(half) } })
  store.events.add(key, {
    ...{ kind: 'settings', step: half },
    detail: { learningRate: { from: 0.001, to: 0.0005 } },
  })
  store.events.add(key, { kind: 'ended', step: steps, detail: { status: 'finished' } })
}

/** A sheet of eight images of the dataset, which differ from run to run and step to step. */
async function writeSheet(store: Store, of: { id: string; datasetId: string; step: number }): Promise<void> {
  const { id, datasetId, step } = of
  const dataset = new Dataset(store.datasets.get(datasetId).directory)
  const count = 8
  const first = (store.runs.key(id) * 37 + step) % dataset.count
  const batch = dataset.images(Array.from({ length: count }, (_, i) => (first + i) % dataset.count))
  dataset.close()
  const { width, height } = batch
  const raw = { width, height, channels: batch.channels as 1 | 3 }
  const bytes = width * height * raw.channels
  const tiles = Array.from({ length: count }, (_, i) => ({
    ...{ input: Buffer.from(batch.pixels.subarray(i * bytes, (i + 1) * bytes)), raw },
    ...{ left: (i % columns) * width, top: Math.floor(i / columns) * height },
  }))
  const file = `step-${step}.png`
  const create = {
    width: columns * width,
    height: (count / columns) * height,
    channels: 3,
    background: '#fff',
  } as const
  await sharp({ create })
    .composite(tiles)
    .png()
    .toFile(join(runFolder(store.directory, id), 'samples', file))
  store.samples.save(store.runs.key(id), {
    ...{ id: `${id}-${step}`, runId: id, step, kind: 'grid', file, count, columns, seed: 1 },
    ...{ shape: { width, height, channels: raw.channels }, solver: 'heun', solverSteps: 10, settings: null },
    createdAt: step,
  })
}
