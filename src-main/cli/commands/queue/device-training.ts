import { toFlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { chosenGpu } from '#shared/training-devices.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import { createLogger } from '../../../log.ts'
import { forkEngine } from '../../../processes/node-engine.ts'
import { say, StatusLine } from '../../support/output.ts'
import { trainingEvents } from '../../support/train-run.ts'
import type { TrainRunOptions } from '../../support/train-run.ts'
import type { Workspace } from '../../support/workspace.ts'

const log = createLogger('cli')

/** On a terminal, which has one status line, each run is shown for so long in turn. */
const turnMs = 3000

/** Runs in training on devices of their own, each with an engine in a process of its own. */
export class DeviceTraining {
  private readonly runService: Workspace['runService']
  /** Titles of the runs in training. */
  private readonly titles = new Set<string>()

  constructor({ runService }: Workspace) {
    this.runService = runService
  }

  /** Has an engine for a run, which ends with the work; its process sees no other device. */
  async with<T>(
    { device, run }: { device: TrainingDevice; run: RunRecord },
    work: (options: Required<Pick<TrainRunOptions, 'engine' | 'tell'>>) => Promise<T>,
  ): Promise<T> {
    const title = `“${run.name}” on ${deviceName(device)}`
    const line = new StatusLine()
    const tell = (text: string) => say(`${title}: ${text}`)
    const follow = trainingEvents({
      tell,
      show: (text) => {
        if (this.isShown(title)) line.show(`${title}: ${text}`)
      },
    })
    let refused: Error | null = null
    const engine = forkEngine(device, (event) => {
      try {
        this.runService.record(event)
        follow(event)
      } catch (thrown) {
        // What cannot be recorded, as on a full disk, ends the run as in this process.
        log.warn(`${run.id}: ${toFlowerbedError(thrown).message}`)
        refused ??= thrown instanceof Error ? thrown : toFlowerbedError(thrown)
        void engine.end()
      }
    })
    this.titles.add(title)
    try {
      return await work({
        tell,
        engine: {
          train: async (request) => {
            const result = await engine.request('train', request).catch((thrown: unknown) => {
              throw refused ?? thrown
            })
            if (refused) throw refused
            return result
          },
          pause: (runId) => engine.request('pause', { runId }),
          stop: (runId, save) => engine.request('stop', { runId, save }),
        },
      })
    } finally {
      this.titles.delete(title)
      line.end()
      await engine.dispose()
    }
  }

  private isShown(title: string): boolean {
    if (!process.stderr.isTTY) return true
    const titles = [...this.titles]
    return titles[Math.floor(Date.now() / turnMs) % titles.length] === title
  }
}

/** “GPU 1”, or the processor beside GPUs. */
export function deviceName(device: TrainingDevice): string {
  const gpu = chosenGpu(device)
  return gpu === null ? 'the processor' : `GPU ${gpu}`
}
