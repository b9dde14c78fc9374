import { samplingOf } from '#shared/schemas/sampling.ts'
import type { SamplingOptions } from '#shared/schemas/sampling.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { Values } from '../graph/program.ts'
import type { System } from '../model/flow/system.ts'
import { chunksOf, padded } from './chunks.ts'
import { guideKind } from './guide-state.ts'
import type { GuideKind } from './guide-state.ts'
import { integrate } from './integrate.ts'
import { knownSampling } from './known-sampling.ts'
import type { ModelCalls } from './model-calls.ts'
import { solverCalls } from './solver-programs.ts'
import { TimeBudget } from './time-budget.ts'

export interface Integration extends SamplingOptions {
  /** Called between solver steps with the share that is done; awaited, so that other work can take place. */
  onStep?: (share: number) => Promise<void> | void
}

/** Images or latents of a chunk, flat, and their codes and labels where the system has them. */
interface ChunkValues {
  x: Float32Array
  codes: Float32Array | null
  labels: Float32Array | null
}

/** Where a chunk's values come from and go to; `first` is the index of its first image. */
export interface ChunkSource {
  load: (first: number, images: number) => ChunkValues
  store: (first: number, x: Float32Array) => void
  frames?: { count: number; take: FrameSink }
  states?: StateSink
}

/** A state of a chunk: its time and its values, flat. */
export interface State {
  t: number
  x: Float32Array
  /** x − t·v(x, t): the images that the velocity leads to in a straight line. Evaluates the network. */
  estimate: () => Float32Array
}
/** Takes every state of a chunk, before the first step and after each. */
export type StateSink = (state: State) => void

/** Takes the values of a chunk, flat, at a frame; `first` is the index of its first image. */
export type FrameSink = (at: { first: number; frame: number }, x: Float32Array) => void

/** Integrates any number of images chunk by chunk, so that memory is bounded. */
export class ChunkIntegrator {
  private readonly system: System
  private readonly imageSize: number
  private readonly calls: ModelCalls
  private readonly guideAt: (strength: number, kind: GuideKind) => Values
  /** By solver and chunk size. */
  private readonly budgets = new Map<string, TimeBudget>()

  /** @param options `guideAt`: what programs guided at a strength hold besides the weights */
  constructor(options: {
    system: System
    shape: ImageShape
    calls: ModelCalls
    guideAt: (strength: number, kind: GuideKind) => Values
  }) {
    this.system = options.system
    this.imageSize = imageBytes(options.shape)
    this.calls = options.calls
    this.guideAt = options.guideAt
  }

  /**
   * Integrates dx = v dt of `count` images from one time to another.
   * @returns network evaluations and steps per image; means where chunks differ
   */
  async integrate(
    count: number,
    options: Integration & ChunkSource & { from: number; to: number },
  ): Promise<{ evaluations: number; steps: number }> {
    const { load, store, frames, states, from, to, onStep, ...rest } = options
    const sampling = knownSampling(this.system, samplingOf(rest))
    const n = this.calls.chunkFor(count)
    const size = this.imageSize
    const guide = guideKind(this.system, sampling)
    if (guide) this.calls.programs.addWeights(this.guideAt(sampling.guidance, guide))
    const kind = `${n}${guide ? `-guided-${guide}` : ''}`
    const callsFor = ({ codes, labels }: ChunkValues) =>
      solverCalls({
        ...sampling,
        system: this.system,
        base: this.calls.base(n, guide),
        conditions: {
          ...(codes ? { code: padded(codes, n * this.system.codeSize) } : {}),
          ...(labels ? { label: padded(labels, n) } : {}),
        },
        budget: this.budgetOf(`${sampling.solver}-${kind}`),
        program: (name, make, iterations) => this.calls.programs.get(`${name}-${kind}`, make, iterations),
      })
    const cost = { evaluations: 0, steps: 0 }
    for (const { first, n: images } of chunksOf(count, n)) {
      const start = load(first, images)
      const unpadded = (x: Float32Array) => x.subarray(0, images * size)
      const calls = callsFor(start)
      const estimateAt = (t: number, x: Float32Array) => {
        if (t === 0) return unpadded(x)
        const v = calls.slope(x, t)
        return unpadded(x.map((value, k) => value - t * (v[k] ?? 0)))
      }
      const { x, evaluations, steps } = await integrate({
        calls,
        x: padded(start.x, n * size),
        ...{ images, sampling, from, to },
        frames: frames?.count
          ? { count: frames.count, take: (frame, at) => frames.take({ first, frame }, unpadded(at)) }
          : undefined,
        states: states && ((t, at) => states({ t, x: unpadded(at), estimate: () => estimateAt(t, at) })),
        onStep: (share) => onStep?.((first + share * images) / count),
      })
      store(first, unpadded(x))
      cost.evaluations += ((guide ? 2 : 1) * evaluations * images) / count
      cost.steps += (steps * images) / count
    }
    return cost
  }

  private budgetOf(key: string): TimeBudget {
    const budget = this.budgets.get(key) ?? new TimeBudget()
    this.budgets.set(key, budget)
    return budget
  }
}
