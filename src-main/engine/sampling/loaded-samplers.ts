import type { WeightsName } from '#shared/schemas/sampling.ts'
import type { ModelSource } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { createSystem } from '../model/create-model.ts'
import { loadCheckpoint } from '../checkpoints/checkpoint.ts'
import { samplingWeights } from '../checkpoints/state-names.ts'
import { samplingPrecision } from '../graph/passes/lower.ts'
import { Mutex } from '../mutex.ts'
import { Sampler } from './sampler.ts'

/** Up to this many models stay loaded, so that sampling from them again is fast. */
const maxLoaded = 2

interface Loaded {
  sampler: Sampler
  step: number
}

/** A cache of models loaded from checkpoints; the least recently used is unloaded first. */
export class LoadedSamplers {
  private readonly loaded = new Map<string, Loaded>()
  private readonly mutex = new Mutex()

  /** Lends a checkpoint's model, to one borrower at a time. @throws FlowerbedError `not-found` or `corrupt` */
  use<T>(
    { source, weights = 'ema' }: { source: ModelSource; weights?: WeightsName | undefined },
    job: (sampler: Sampler, step: number) => Promise<T>,
  ): Promise<T> {
    return this.mutex.runExclusive(async () => {
      const { sampler, step } = await this.get(source, weights)
      return await job(sampler, step)
    })
  }

  /** Unloads all models once no one is lent. */
  clear(): Promise<void> {
    return this.mutex.runExclusive(() => {
      for (const { sampler } of this.loaded.values()) sampler.dispose()
      this.loaded.clear()
      return Promise.resolve()
    })
  }

  private async get(source: ModelSource, weights: WeightsName): Promise<Loaded> {
    const { runId, runDirectory, checkpoint } = source
    if (checkpoint === null) {
      throw new FlowerbedError('not-found', errorText('sampling.noCheckpoint'), { where: runId })
    }
    const key = `${runDirectory}/${checkpoint}/${weights}`
    const entry = this.loaded.get(key) ?? (await load(runDirectory, checkpoint, weights))
    // The most recently used is the last.
    this.loaded.delete(key)
    this.loaded.set(key, entry)
    for (const [old, { sampler }] of this.loaded) {
      if (this.loaded.size <= maxLoaded) break
      sampler.dispose()
      this.loaded.delete(old)
    }
    return entry
  }
}

async function load(runDirectory: string, checkpoint: string, weights: WeightsName): Promise<Loaded> {
  const { info, state } = await loadCheckpoint(runDirectory, checkpoint)
  // The checkpoint's settings determine the model, even where the run's record differs.
  const { config, shape, labels, machine } = info
  const precision = samplingPrecision(machine)
  const sampler = new Sampler({
    ...{ system: createSystem({ config, shape, labelCount: labels.length }), shape, labels, precision },
  })
  sampler.setWeights(samplingWeights(state, config, weights))
  return { sampler, step: info.step }
}
