import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from 'fast-png'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { Notice } from '#shared/ipc.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'
import type { Target } from '#shared/remote/target.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { openStore } from '../../src-main/database/store.ts'
import type { Store } from '../../src-main/database/store.ts'
import { createEngine } from '../../src-main/engine/server.ts'
import { runFolder } from '../../src-main/files/data-folder.ts'
import { ConnectedTargets } from '../../src-main/remote/connected-targets.ts'
import { RemoteRuns } from '../../src-main/remote/remote-runs.ts'
import type { TargetAccess } from '../../src-main/remote/target-access.ts'
import { RunService } from '../../src-main/runs/run-service.ts'
import { halves, packedDataset } from './dataset.ts'

const shape = { height: 8, width: 8, channels: 1 } as const
const datasetId = 'halves'

/** Settings of a run of seconds, with three checkpoints, whose numbers are the same each time. */
export const tinyRun = (steps: number): Partial<RunConfig> => ({
  ...{ steps, batch: 4, hidden: 8, network: 'conv', precision: 'fp32' },
  ...{ sampleEvery: steps / 3, sampleCount: 1, sampleSteps: 2 },
  ...{ checkpointEvery: steps / 3, checkpointKeep: 3 },
})

interface DeskOptions {
  access?: (store: Store) => TargetAccess
  /** Images of the dataset. */
  images?: number
  onEvent?: (event: EngineEvent) => void
}

/** A data folder on this side, with a small dataset; the app's or the command's parts that follow runs on targets. */
export function remoteDesk(directory: string, options: DeskOptions = {}) {
  const store = openStore(directory)
  const runService = new RunService(store)
  const access = options.access?.(store) ?? new ConnectedTargets({ store })
  const events: EngineEvent[] = []
  const states: RemoteState[] = []
  const notices: Notice[] = []
  const runs = new RemoteRuns({
    ...{ store, runService, access },
    notify: (notice) => notices.push(notice),
    onEvent: (event) => {
      events.push(event)
      options.onEvent?.(event)
    },
    onState: (state) => states.push(state),
    times: { backoffMs: () => 300 },
  })

  return {
    ...{ store, runService, runs, events, states, notices },
    /** Adds the dataset and a target, once for a data folder. */
    addTarget: (target: Target) => {
      const count = options.images ?? 200
      const path = packedDataset(join(directory, 'datasets', datasetId), {
        count,
        shape,
        pixel: halves(shape),
      })
      store.datasets.save({
        ...{ id: datasetId, name: 'Halves', directory: path, shape, count, labels: [], sources: [] },
        ...{ problemCount: 0, bytes: count * 64, createdAt: 1 },
      })
      store.targets.add(target)
    },
    create: (steps: number, target: string | null, more: Partial<RunConfig> = {}): RunRecord => {
      const changes = { ...tinyRun(steps), ...more }
      return runService.create({ datasetId, preset: 'pixel-posterior', changes, device: 'cpu', target })
    },
    /** All that is here of a run. */
    results: (id: string) => resultsOf(store, id),
    close: async () => {
      await runs.close()
      await access.close()
      runService.dispose()
      store.close()
    },
  }
}

export type RemoteDesk = ReturnType<typeof remoteDesk>

/** Trains a run in this process, as without a target. */
export async function trainHere(desk: RemoteDesk, steps: number) {
  const engine = createEngine({ emit: (event) => desk.runService.record(event) })
  const { id } = desk.create(steps, null)
  await desk.runService.train(id, { train: async (request) => await engine.handlers.train(request) })
  await engine.dispose()
  return desk.results(id)
}

/** What must be the same however a run was trained and followed. */
function resultsOf(store: Store, id: string) {
  const key = store.runs.key(id)
  const folder = runFolder(store.directory, id)
  const read = (...path: string[]) => readFileSync(join(folder, ...path))
  const { steps, values } = store.metrics.series(key)
  const { status, step } = store.runs.get(id)
  return {
    ...{ status, step, steps: [...steps], losses: [...(values['loss'] ?? [])] },
    // Their files name the run.
    samples: store.samples
      .list(key)
      .map(({ step, file }) => [step, sha256(decode(read('samples', file)).data)]),
    checkpoints: store.checkpoints.list(key).map((record) => {
      const file = read('checkpoints', record.file)
      const header = 8 + Number(file.readBigUInt64LE(0))
      return [record.step, sha256(file) === record.sha256, sha256(file.subarray(header))]
    }),
  }
}

const sha256 = (bytes: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex')

/** How often each step was recorded here. */
export function timesRecorded(events: EngineEvent[]): Map<number, number> {
  const times = new Map<number, number>()
  for (const event of events) {
    if (event.type !== 'metrics') continue
    for (const { step } of event.points) times.set(step, (times.get(step) ?? 0) + 1)
  }
  return times
}
