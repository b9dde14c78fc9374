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
import { integrate } from './integrate.ts'
import type { Latents } from './latents.ts'
import { encodeProgram, latentProgram, programBase } from './model-programs.ts'
import type { ProgramBase } from './model-programs.ts'
import { TimeBudget } from './time-budget.ts'
import { solverCalls } from './solver-programs.ts'

/** Images in one call, fewer of large ones; more are drawn in turns, so that memory stays bounded. */
const imagesAtOnce = 64
const pixelsAtOnce = imagesAtOnce * 64 * 64

export interface Integration extends SamplingOptions {
  /** Called after each slice of a sampling; what it awaits lets other work through. */
  onStep?: (share: number) => Promise<void> | void
}

/** Images drawn from p(z). */
export interface Drawn {
  images: PixelBatch
  /** Frames of every image's way, all of the first image's first. */
  trajectory: PixelBatch | null
  /** Evaluations of the network and steps that an image took; means where chunks differ. */
  evaluations: number
  steps: number
}

/** Where a chunk's values come from and go to; `first` is its first image's place. */
interface Ends {
  start: (first: number, images: number) => Float32Array
  done: (first: number, x: Float32Array) => void
  frames?: { count: number; take: (place: { first: number; frame: number }, x: Float32Array) => void }
}

/**
 * A run's networks with weights, ready to draw and to encode. Owns its programs; the weights may be replaced at any time,
 * which is how the grid of a run in training is drawn. One sampling at a time: its images are kept on the device meanwhile.
 */
export class Model {
  readonly system: System
  readonly shape: ImageShape
  private held: Values = {}
  private readonly programs = new Map<string, Program>()
  /** By solver and size of chunk. */
  private readonly slices = new Map<string, TimeBudget>()

  constructor({ system, shape }: { system: System; shape: ImageShape }) {
    this.system = system
    this.shape = shape
  }

  /** By parameter name. */
  get weights(): Values {
    return this.held
  }

  /** Sets the weights by parameter name. */
  setWeights(weights: Values): void {
    this.held = weights
    for (const program of this.programs.values()) program.write(weights)
  }

  /**
   * Draws images from p(z): image i depends on (seed, i) alone, but for an adaptive solver, within whose tolerance
   * images drawn together share their steps. Latents are made chunk by chunk, so that any count takes bounded memory.
   */
  async sample(options: SelectionOptions & Integration): Promise<Drawn> {
    const { count, seed, first, temperature, trajectory, ...integration } = options
    const wanted = selectionOf({ count, seed, first, temperature, trajectory })
    const size = imageBytes(this.shape)
    const pixels = new Uint8Array(count * size)
    const frames = wanted.trajectory
    const ways = new Uint8Array(count * frames * size)
    const taken = await this.integrate(count, {
      ...integration,
      from: 1,
      to: 0,
      start: (place, n) => this.priorLatents({ ...wanted, count: n, first: wanted.first + place }),
      done: (place, x) => pixels.set(toBytes(x), place * size),
      frames: {
        count: frames,
        take: ({ first: place, frame }, x) => {
          const bytes = toBytes(x)
          for (let i = 0; i * size < bytes.length; i++)
            ways.set(bytes.subarray(i * size, (i + 1) * size), ((place + i) * frames + frame) * size)
        },
      },
    })
    return {
      images: { ...this.shape, count, pixels },
      trajectory: frames === 0 ? null : { ...this.shape, count: count * frames, pixels: ways },
      ...taken,
    }
  }

  /** Images of latents: dx = v dt from t = 1 to t = 0. */
  async draw(z: Latents, integration: Integration): Promise<PixelBatch> {
    const images = await this.carry(z, { ...integration, from: 1, to: 0 })
    return { ...this.shape, count: z.count, pixels: toBytes(images.values) }
  }

  /**
   * Latents of images by q(z|x): its mean, or with `draw` a draw from it, z = mean + exp(logvar/2)·eps, where the eps
   * of image i depends on (seed, first + i) alone.
   * @throws FlowerbedError `conflict` without a posterior
   */
  encode(images: PixelBatch, draw?: { seed: number; first?: number }): Latents {
    if (!this.system.posterior) {
      throw new FlowerbedError('conflict', 'This run did not learn how images are encoded.', {
        hint: 'Encode by inversion, or train with “Learn how images are encoded” switched on.',
      })
    }
    const { count, pixels } = images
    const drawn = draw !== undefined
    const key = drawn ? 'encode-draw' : 'encode'
    const inputs = {
      x: toImages(pixels),
      ...(drawn ? { eps: this.noise(count, { purpose: 'posterior', ...draw }) } : {}),
    }
    const values = this.inChunks({ count, inputs }, (chunk, n) =>
      this.program(`${key}-${n}`, () => encodeProgram(this.system, { ...this.base(n), drawn })).run(chunk),
    )
    return { count, values }
  }

  /** Latents of images by running the sampling backwards: dx = v dt from t = 0 to t = 1. */
  async invert(images: PixelBatch, integration: Integration): Promise<Latents> {
    const data = { count: images.count, values: toImages(images.pixels) }
    return await this.carry(data, { ...integration, from: 0, to: 1 })
  }

  dispose(): void {
    for (const program of this.programs.values()) program.dispose()
    this.programs.clear()
  }

  /** As many latents as a chunk has; the prior's spread times the temperature. */
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

  /** Standard normal noise, that of image i by (seed, first + i, purpose) alone. */
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

  /** All of some values from one end of the way to the other. */
  private async carry(start: Latents, options: Integration & { from: number; to: number }): Promise<Latents> {
    const size = imageBytes(this.shape)
    const values = new Float32Array(start.count * size)
    await this.integrate(start.count, {
      ...options,
      start: (first, n) => start.values.subarray(first * size, (first + n) * size),
      done: (first, x) => values.set(x, first * size),
    })
    return { count: start.count, values }
  }

  private async integrate(
    count: number,
    options: Integration & Ends & { from: number; to: number },
  ): Promise<{ evaluations: number; steps: number }> {
    const { start, done, frames, from, to, onStep, ...rest } = options
    const sampling = samplingOf(rest)
    const n = this.chunkFor(count)
    const size = imageBytes(this.shape)
    const calls = solverCalls({
      ...sampling,
      system: this.system,
      base: this.base(n),
      slices: this.slicesOf(`${sampling.solver}-${n}`),
      program: (name, make, iterations) => this.program(`${name}-${n}`, make, iterations),
    })
    const taken = { evaluations: 0, steps: 0 }
    for (const { first, n: images } of chunksOf(count, n)) {
      const wanted = (x: Float32Array) => x.subarray(0, images * size)
      const { x, evaluations, steps } = await integrate({
        calls,
        x: padded(start(first, images), n * size),
        ...{ images, sampling, from, to },
        frames: frames?.count
          ? { count: frames.count, take: (frame, at) => frames.take({ first, frame }, wanted(at)) }
          : undefined,
        onStep: (share) => onStep?.((first + share * images) / count),
      })
      done(first, wanted(x))
      taken.evaluations += (evaluations * images) / count
      taken.steps += (steps * images) / count
    }
    return taken
  }

  /** Images a call is made for: a power of two, so that few programs serve every count. */
  private chunkFor(count: number): number {
    const { height, width } = this.shape
    const mostOfThese = 2 ** Math.floor(Math.log2(pixelsAtOnce / (height * width)))
    return Math.max(1, Math.min(2 ** Math.ceil(Math.log2(count)), imagesAtOnce, mostOfThese))
  }

  /** Each of `inputs` holds `count` arrays like an image. */
  private inChunks(
    { count, inputs }: { count: number; inputs: Record<string, Float32Array> },
    run: (chunk: Values, n: number) => Values,
  ): Float32Array {
    const size = imageBytes(this.shape)
    const n = this.chunkFor(count)
    const values = new Float32Array(count * size)
    for (const { first, n: real } of chunksOf(count, n)) {
      const chunk = Object.fromEntries(
        Object.entries(inputs).map(([name, all]) => [
          name,
          padded(all.subarray(first * size, (first + real) * size), n * size),
        ]),
      )
      values.set((run(chunk, n)['x'] as Float32Array).subarray(0, real * size), first * size)
    }
    return values
  }

  private slicesOf(key: string): TimeBudget {
    const slices = this.slices.get(key) ?? new TimeBudget()
    this.slices.set(key, slices)
    return slices
  }

  private program(key: string, make: () => ProgramSpec, iterations?: number): Program {
    let program = this.programs.get(key)
    if (!program) {
      program = createProgram(make(), { iterations })
      program.write(this.held)
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

function* chunksOf(count: number, size: number): Generator<{ first: number; n: number }> {
  for (let first = 0; first < count; first += size) yield { first, n: Math.min(size, count - first) }
}

function padded(values: Float32Array, length: number): Float32Array {
  if (values.length === length) return values
  const whole = new Float32Array(length)
  whole.set(values)
  return whole
}

/** float32, cut to [0, 1] → uint8. */
function toBytes(images: Float32Array): Uint8Array {
  return Uint8Array.from(images, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255))
}
