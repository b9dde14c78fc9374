import type { WeightsName } from '#shared/schemas/sampling.ts'
import type { ModelSource } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { createSystem } from '../model/create-model.ts'
import { samplingWeights } from '../training/step-program.ts'
import { loadCheckpoint } from '../checkpoints/checkpoint.ts'
import { Mutex } from '../mutex.ts'
import { Model } from './sampler.ts'

/** Models of checkpoints stay loaded up to this many, so that sampling again is quick. */
const modelsKept = 2

interface Loaded {
  model: Model
  step: number
}

/** Networks of runs that are not in training, loaded from their checkpoints; the least recently used goes first. */
export class LoadedSamplers {
  private readonly loaded = new Map<string, Loaded>()
  private readonly turns = new Mutex()

  /** Lends a checkpoint's networks; borrowers take turns. @throws FlowerbedError `not-found` or `corrupt` */
  use<T>(
    { source, weights = 'ema' }: { source: ModelSource; weights?: WeightsName | undefined },
    job: (model: Model, step: number) => Promise<T>,
  ): Promise<T> {
    return this.turns.take(async () => {
      const { model, step } = await this.get(source, weights)
      return await job(model, step)
    })
  }

  /** Frees everything once whoever draws has ended. */
  clear(): Promise<void> {
    return this.turns.take(() => {
      for (const { model } of this.loaded.values()) model.dispose()
      this.loaded.clear()
      return Promise.resolve()
    })
  }

  private async get(source: ModelSource, weights: WeightsName): Promise<Loaded> {
    const { runId, runDirectory, checkpoint } = source
    if (checkpoint === null) {
      throw new FlowerbedError('not-found', 'This run has no save to draw from.', {
        where: runId,
        hint: 'Train it until it has saved once.',
      })
    }
    const key = `${runDirectory}/${checkpoint}/${weights}`
    const entry = this.loaded.get(key) ?? (await load(runDirectory, checkpoint, weights))
    // The most recently used stands last.
    this.loaded.delete(key)
    this.loaded.set(key, entry)
    for (const [old, { model }] of this.loaded) {
      if (this.loaded.size <= modelsKept) break
      model.dispose()
      this.loaded.delete(old)
    }
    return entry
  }
}

async function load(runDirectory: string, checkpoint: string, weights: WeightsName): Promise<Loaded> {
  const { info, state } = await loadCheckpoint(runDirectory, checkpoint)
  // What was saved decides the networks, whatever the run's record says today.
  const { config, shape } = info
  const model = new Model({ system: createSystem({ config, shape }), shape })
  model.setWeights(samplingWeights(state, config, weights))
  return { model, step: info.step }
}
