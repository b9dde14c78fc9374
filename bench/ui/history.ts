import { join } from 'node:path'
import type { MetricPoint } from '#shared/schemas/run.ts'
import { openStore } from '../../src-main/database/store.ts'
import { RunService } from '../../src-main/runs/run-service.ts'

const datasetId = 'images'
const block = 10_000

/** A loss that falls, with the noise of batches, and the other metrics of a run. */
export function pointAt(step: number): MetricPoint {
  const loss = 1 / (1 + step / 1000) + 0.02 * Math.abs(Math.sin(step * 12.9898))
  return {
    step,
    seconds: step / 10,
    values: { loss, velocity: 0.8 * loss, kl: 0.2 * loss, gradientNorm: 2 * loss, learningRate: 0.001 },
  }
}

/** Fills a data folder with finished runs of so many points each; answers their ids, the last one first in the library. */
export function makeHistory(directory: string, sizes: readonly number[]): string[] {
  const store = openStore(directory)
  try {
    store.datasets.save({
      ...{ id: datasetId, name: 'Images', directory: join(directory, 'datasets', datasetId) },
      ...{ shape: { height: 64, width: 64, channels: 3 }, count: 1000, labels: [], sources: [] },
      ...{ problemCount: 0, bytes: 0, createdAt: 1 },
    })
    const runService = new RunService(store)
    const copied = new Map<number, number>()
    const copy = store.database.prepare(
      'INSERT INTO metrics (run, step, seconds, names, numbers) SELECT ?, step, seconds, names, numbers FROM metrics WHERE run = ?',
    )
    return sizes.map((points, i) => {
      const changes = { steps: points }
      const name = `Run ${i + 1}`
      const { id } = runService.create({ datasetId, preset: 'pixel-posterior', changes, device: 'cpu', name })
      const key = store.runs.key(id)
      const like = copied.get(points)
      if (like === undefined) {
        for (let from = 1; from <= points; from += block) {
          const count = Math.min(block, points - from + 1)
          store.metrics.add(
            key,
            Array.from({ length: count }, (_, k) => pointAt(from + k)),
          )
        }
        copied.set(points, key)
      } else copy.run(key, like)
      store.runs.update(id, {
        ...{ status: 'finished', step: points, trainedSeconds: points / 10 },
        losses: pointAt(points).values,
      })
      return id
    })
  } finally {
    store.close()
  }
}
