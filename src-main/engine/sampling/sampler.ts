import * as tf from '@tensorflow/tfjs-core'
import { samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { SamplingOptions, SelectionOptions } from '#shared/schemas/sampling.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import { createProgram } from '../graph/create-program.ts'
import type { Program, ProgramSpec, Values } from '../graph/program.ts'
import { toImages } from '../data/batches.ts'
import type { System } from '../model/flow/system.ts'
import { seedWords, statelessNormal } from '../rng.ts'
import type { Purpose } from '../rng.ts'
import { chunksOf, padded } from './chunks.ts'
import { integrate } from './integrate.ts'
import type { Latents } from './latents.ts'
import { encodeProgram, latentProgram, programBase } from './model-programs.ts'
import type { ProgramBase } from './model-programs.ts'
import { TimeBudget } from './time-budget.ts'
import { solverCalls } from './solver-programs.ts'

/** Most images of a chunk, which are sampled in one call, and most pixels: they bound the memory. */
const maxChunkImages = 64
const maxChunkPixels = maxChunkImages * 64 * 64

export interface Integration extends SamplingOptions {
  /** Called between solver steps with the share that is done; awaited, so that other work can take place. */
  onStep?: (share: number) => Promise<void> | void
}

/** Images generated from samples of p(z). */
export interface Samples {
  images: PixelBatch
  /** Frames of the trajectory of each image, all of the first image's first. */
  trajectory: PixelBatch | null
  /** Network evaluations and steps per image; means where chunks differ. */
  evaluations: number
  steps: number
}

/** Where a chunk's values come from and go to; `first` is the index of its first image. */
interface ChunkSource {
  load: (first: number, images: number) => Float32Array
  store: (first: number, x: Float32Array) => void
  frames?: { count: number; take: (at: { first: number; frame: number }, x: Float32Array) => void }
}

/**
 * Samples and encodes images with a model and its weights, which may be replaced at any time. Owns its programs. Only one
 * integration may run at a time, since its images are state on the device.
 */
export class Sampler {
  readonly system: System
  readonly shape: ImageShape
  private currentWeights: Values = {}
  private readonly programs = new Map<string, Program>()
  /** By solver and chunk size. */
  private readonly budgets = new Map<string, TimeBudget>()

  constructor({ system, shape }: { system: System; shape: ImageShape }) {
    this.system = system
    this.shape = shape
  }

  /** By parameter name. */
  get weights(): Values {
    return this.currentWeights
  }

  /** Sets the weights by parameter name. */
  setWeights(weights: Values): void {
    this.currentWeights = weights
    for (const program of this.programs.values()) program.write(weights)
  }

  /**
   * Samples images from p(z). Image i depends on (seed, i) alone, except that images of a chunk share the steps of an
   * adaptive solver. Latents are sampled chunk by chunk, so that memory is bounded for any count.
   */
  async sample(options: SelectionOptions & Integration): Promise<Samples> {
    const { count, seed, first, temperature, trajectory, ...integration } = options
    const selection = selectionOf({ count, seed, first, temperature, trajectory })
    const size = imageBytes(this.shape)
    const pixels = new Uint8Array(count * size)
    const frames = selection.trajectory
    const framePixels = new Uint8Array(count * frames * size)
    const cost = await this.integrate(count, {
      ...integration,
      from: 1,
      to: 0,
      load: (i, n) => this.priorLatents({ ...selection, count: n, first: selection.first + i }),
      store: (i, x) => pixels.set(toBytes(x), i * size),
      frames: {
        count: frames,
        take: ({ first: chunkStart, frame }, x) => {
          const bytes = toBytes(x)
          for (let i = 0; i * size < bytes.length; i++)
            framePixels.set(
              bytes.subarray(i * size, (i + 1) * size),
              ((chunkStart + i) * frames + frame) * size,
            )
        },
      },
    })
    return {
      images: { ...this.shape, count, pixels },
      trajectory: frames === 0 ? null : { ...this.shape, count: count * frames, pixels: framePixels },
      ...cost,
    }
  }

  /** Generates images from latents: dx = v dt from t = 1 to t = 0. */
  async generate(z: Latents, integration: Integration): Promise<PixelBatch> {
    const images = await this.transport(z, { ...integration, from: 1, to: 0 })
    return { ...this.shape, count: z.count, pixels: toBytes(images.values) }
  }

  /**
   * Latents of images by q(z|x): its mean, or with `noise` a sample of it, z = mean + exp(logvar/2)·eps, where the eps
   * of image i depends on (seed, first + i) alone.
   * @throws FlowerbedError `conflict` without a posterior
   */
  encode(images: PixelBatch, noise?: { seed: number; first?: number }): Latents {
    if (!this.system.posterior) {
      throw new FlowerbedError('conflict', 'This run was trained without an encoder.', {
        hint: 'Encode by inversion, or train a new run with an encoder (posterior=true).',
      })
    }
    const { count, pixels } = images
    const sampled = noise !== undefined
    const key = sampled ? 'encode-sample' : 'encode'
    const inputs = {
      x: toImages(pixels),
      ...(sampled ? { eps: this.noise(count, { purpose: 'posterior', ...noise }) } : {}),
    }
    const values = this.inChunks({ count, inputs }, (chunk, n) =>
      this.program(`${key}-${n}`, () => encodeProgram(this.system, { ...this.base(n), sampled })).run(chunk),
    )
    return { count, values }
  }

  /** Latents of images by integrating backwards: dx = v dt from t = 0 to t = 1. */
  async invert(images: PixelBatch, integration: Integration): Promise<Latents> {
    const data = { count: images.count, values: toImages(images.pixels) }
    return await this.transport(data, { ...integration, from: 0, to: 1 })
  }

  dispose(): void {
    for (const program of this.programs.values()) program.dispose()
    this.programs.clear()
  }

  /** Samples of p(z), with the prior's standard deviation times the temperature. */
  private priorLatents(options: {
    count: number
    first: number
    seed: number
    temperature: number
  }): Float32Array {
    const { count, first, seed, temperature } = options
    const x = this.noise(count, { seed, first, purpose: 'sample' })
    return this.inChunks({ count, inputs: { x } }, (chunk, n) =>
      this.program(`latent-${n}`, () => latentProgram(this.system, this.base(n))).run({
        ...chunk,
        temperature: Float32Array.of(temperature),
      }),
    )
  }

  /** Standard normal noise; that of image i depends on (seed, first + i, purpose) alone. */
  private noise(count: number, from: { seed: number; purpose: Purpose; first?: number }): Float32Array {
    const { seed, purpose, first = 0 } = from
    const size = imageBytes(this.shape)
    const values = new Float32Array(count * size)
    for (let i = 0; i < count; i++) {
      const one = tf.tidy(() => {
        const words = tf.tensor1d(seedWords(seed, first + i, purpose), 'int32')
        return statelessNormal([1, ...this.imageShape()], words).dataSync<'float32'>()
      })
      values.set(one, i * size)
    }
    return values
  }

  /** Integrates all of some values from one time to another. */
  private async transport(x: Latents, options: Integration & { from: number; to: number }): Promise<Latents> {
    const size = imageBytes(this.shape)
    const values = new Float32Array(x.count * size)
    await this.integrate(x.count, {
      ...options,
      load: (first, n) => x.values.subarray(first * size, (first + n) * size),
      store: (first, end) => values.set(end, first * size),
    })
    return { count: x.count, values }
  }

  private async integrate(
    count: number,
    options: Integration & ChunkSource & { from: number; to: number },
  ): Promise<{ evaluations: number; steps: number }> {
    const { load, store, frames, from, to, onStep, ...rest } = options
    const sampling = samplingOf(rest)
    const n = this.chunkFor(count)
    const size = imageBytes(this.shape)
    const calls = solverCalls({
      ...sampling,
      system: this.system,
      base: this.base(n),
      budget: this.budgetOf(`${sampling.solver}-${n}`),
      program: (name, make, iterations) => this.program(`${name}-${n}`, make, iterations),
    })
    const cost = { evaluations: 0, steps: 0 }
    for (const { first, n: images } of chunksOf(count, n)) {
      const unpadded = (x: Float32Array) => x.subarray(0, images * size)
      const { x, evaluations, steps } = await integrate({
        calls,
        x: padded(load(first, images), n * size),
        ...{ images, sampling, from, to },
        frames: frames?.count
          ? { count: frames.count, take: (frame, at) => frames.take({ first, frame }, unpadded(at)) }
          : undefined,
        onStep: (share) => onStep?.((first + share * images) / count),
      })
      store(first, unpadded(x))
      cost.evaluations += (evaluations * images) / count
      cost.steps += (steps * images) / count
    }
    return cost
  }

  /** Images of a chunk: a power of two, so that few programs serve every count. */
  private chunkFor(count: number): number {
    const { height, width } = this.shape
    const maxOfSize = 2 ** Math.floor(Math.log2(maxChunkPixels / (height * width)))
    return Math.max(1, Math.min(2 ** Math.ceil(Math.log2(count)), maxChunkImages, maxOfSize))
  }

  /** Runs a program over chunks of `inputs`, each of which has `count` arrays of the size of an image. */
  private inChunks(
    { count, inputs }: { count: number; inputs: Record<string, Float32Array> },
    run: (chunk: Values, n: number) => Values,
  ): Float32Array {
    const size = imageBytes(this.shape)
    const n = this.chunkFor(count)
    const values = new Float32Array(count * size)
    for (const { first, n: images } of chunksOf(count, n)) {
      const chunk = Object.fromEntries(
        Object.entries(inputs).map(([name, all]) => [
          name,
          padded(all.subarray(first * size, (first + images) * size), n * size),
        ]),
      )
      values.set((run(chunk, n)['x'] as Float32Array).subarray(0, images * size), first * size)
    }
    return values
  }

  private budgetOf(key: string): TimeBudget {
    const budget = this.budgets.get(key) ?? new TimeBudget()
    this.budgets.set(key, budget)
    return budget
  }

  private program(key: string, make: () => ProgramSpec, iterations?: number): Program {
    let program = this.programs.get(key)
    if (!program) {
      program = createProgram(make(), { iterations })
      program.write(this.currentWeights)
      this.programs.set(key, program)
    }
    return program
  }

  private imageShape(): [number, number, number] {
    return [this.shape.height, this.shape.width, this.shape.channels]
  }

  private base(count: number): ProgramBase {
    return programBase({ system: this.system, shape: this.shape, count })
  }
}

/** float32, clipped to [0, 1] → uint8. */
function toBytes(images: Float32Array): Uint8Array {
  return Uint8Array.from(images, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255))
}
