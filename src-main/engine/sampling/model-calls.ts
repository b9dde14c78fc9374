import type { Precision } from '#shared/schemas/run-config.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import { toImages } from '../data/batches.ts'
import type { Values } from '../graph/program.ts'
import { codeNoiseSize } from '../model/flow/code-prior.ts'
import type { System } from '../model/flow/system.ts'
import type { Purpose } from '../rng.ts'
import { chunksOf, padded } from './chunks.ts'
import {
  codeProgram,
  encodeCodeProgram,
  encodeProgram,
  latentProgram,
  programBase,
} from './model-programs.ts'
import type { GuideKind } from './guide-state.ts'
import type { ProgramBase } from './model-programs.ts'
import { normalRows } from './noise.ts'
import { ProgramCache } from './program-cache.ts'

/** Most images of a chunk, which are sampled in one call, and most pixels: they bound the memory. */
const maxChunkImages = 64
const maxChunkPixels = maxChunkImages * 64 * 64

/** A model's encoders and priors on any number of images, chunk by chunk. Owns the programs. */
export class ModelCalls {
  readonly system: System
  readonly shape: ImageShape
  /** Precision of the networks' products; changes only before the first use. */
  precision: Precision
  readonly programs = new ProgramCache()

  constructor(options: { system: System; shape: ImageShape; precision: Precision }) {
    this.system = options.system
    this.shape = options.shape
    this.precision = options.precision
  }

  /** Mean and logvar of q(c|x), each `[count, codeSize]`. */
  codePosterior(images: PixelBatch): { mean: Float32Array; logvar: Float32Array } {
    const { count, pixels } = images
    const { codeSize } = this.system
    const [mean, logvar] = [new Float32Array(count * codeSize), new Float32Array(count * codeSize)]
    const size = imageBytes(this.shape)
    const n = this.chunkFor(count)
    for (const { first, n: taken } of chunksOf(count, n)) {
      const x = padded(toImages(pixels.subarray(first * size, (first + taken) * size)), n * size)
      const program = this.programs.get(`code-${n}`, () => encodeCodeProgram(this.system, this.base(n)))
      const q = program.run({ x })
      for (const [name, all] of Object.entries({ mean, logvar }))
        all.set((q[name] as Float32Array).subarray(0, taken * codeSize), first * codeSize)
    }
    return { mean, logvar }
  }

  /** The mean of q(z|x), or with `noise` a sample of it. */
  posteriorLatents({ count, pixels }: PixelBatch, noise?: { seed: number; first?: number }): Float32Array {
    const sampled = noise !== undefined
    const key = sampled ? 'encode-sample' : 'encode'
    const inputs = {
      x: toImages(pixels),
      ...(sampled ? { eps: this.noise(count, { purpose: 'posterior', ...noise }) } : {}),
    }
    return this.inChunks({ count, inputs }, (chunk, n) =>
      this.programs
        .get(`${key}-${n}`, () => encodeProgram(this.system, { ...this.base(n), sampled }))
        .run(chunk),
    )
  }

  /** The same sample of p(z) for every image. */
  sharedLatents(count: number, seed: number): Float32Array {
    const one = this.priorLatents({ count: 1, first: 0, seed, temperature: 1 })
    const values = new Float32Array(count * one.length)
    for (let i = 0; i < count; i++) values.set(one, i * one.length)
    return values
  }

  /** The mean of q(c|x), or with `noise` a sample of it; null without a code. */
  codesOf(images: PixelBatch, noise?: { seed: number; first?: number }): Float32Array | null {
    const { codeSize } = this.system
    if (codeSize === 0) return null
    const { mean, logvar } = this.codePosterior(images)
    if (!noise) return mean
    const { seed, first = 0 } = noise
    const eps = normalRows({ count: images.count, first, seed, purpose: 'code', shape: [codeSize] })
    return mean.map((value, k) => value + Math.exp((logvar[k] ?? 0) / 2) * (eps[k] ?? 0))
  }

  /**
   * Samples of p(c), their deviation times the temperature; null without a code. `ranges`: for each the first row of the
   * table to choose from, and the number of rows; by default all.
   */
  priorCodes(options: {
    count: number
    first: number
    seed: number
    temperature: number
    ranges?: Float32Array | null
  }): Float32Array | null {
    const { count, first, seed, temperature, ranges = null } = options
    const { codeSize } = this.system
    if (codeSize === 0) return null
    const length = codeNoiseSize(codeSize)
    const noise = normalRows({ count, first, seed, purpose: 'sample code', shape: [length] })
    const n = this.chunkFor(count)
    const ranged = ranges !== null
    const program = this.programs.get(`prior-code-${n}${ranged ? '-ranged' : ''}`, () =>
      codeProgram(this.system, n, { ranged }),
    )
    const feeds = {
      ...{ noise: padded(noise, n * length), temperature: Float32Array.of(temperature) },
      ...(ranges ? { ranges: padded(ranges, 2 * n) } : {}),
    }
    return (program.run(feeds)['code'] as Float32Array).subarray(0, count * codeSize)
  }

  /** Samples of p(z), with the prior's standard deviation times the temperature. */
  priorLatents(options: { count: number; first: number; seed: number; temperature: number }): Float32Array {
    const { count, first, seed, temperature } = options
    const x = this.noise(count, { seed, first, purpose: 'sample' })
    return this.inChunks({ count, inputs: { x } }, (chunk, n) =>
      this.programs
        .get(`latent-${n}`, () => latentProgram(this.system, this.base(n)))
        .run({ ...chunk, temperature: Float32Array.of(temperature) }),
    )
  }

  /** Standard normal noise; that of image i depends on (seed, first + i, purpose) alone. */
  private noise(count: number, from: { seed: number; purpose: Purpose; first?: number }): Float32Array {
    const { first = 0, ...rest } = from
    return normalRows({ ...rest, count, first, shape: this.imageShape() })
  }

  /** Images of a chunk: a power of two, so that few programs serve every count. */
  chunkFor(count: number): number {
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

  private imageShape(): [number, number, number] {
    return [this.shape.height, this.shape.width, this.shape.channels]
  }

  base(count: number, guide: GuideKind | null = null): ProgramBase {
    const { system, shape, precision } = this
    return programBase({ system, shape, count, precision, guide })
  }
}
