import { selectionOf } from '#shared/schemas/sampling.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { SelectionOptions } from '#shared/schemas/sampling.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type { Values } from '../graph/program.ts'
import { toImages } from '../data/batches.ts'
import { codeTableNames, codeTableSize } from '../model/flow/code-prior.ts'
import type { System } from '../model/flow/system.ts'
import { codeNeighbours } from './code-neighbours.ts'
import type { CodeNeighbours } from './code-neighbours.ts'
import { ChunkIntegrator } from './chunk-integrator.ts'
import type { ChunkSource, FrameSink, Integration, StateSink } from './chunk-integrator.ts'
import { guideValues, guidedByLabel, strengthName } from './guide-state.ts'
import type { GuideKind } from './guide-state.ts'
import { labelIndex, labelsOfImages } from './image-labels.ts'
import type { Latents } from './latents.ts'
import { ModelCalls } from './model-calls.ts'

/** Images generated from samples of p(z). */
export interface Samples {
  images: PixelBatch
  /** Frames of the trajectory of each image, all of the first image's first. */
  trajectory: PixelBatch | null
  /** Network evaluations and steps per image; means where chunks differ. */
  evaluations: number
  steps: number
}

/**
 * Samples and encodes images with a model and its weights, which may be replaced at any time. Owns its programs. Only one
 * integration may run at a time, since its images are state on the device.
 */
export class Sampler {
  readonly system: System
  readonly shape: ImageShape
  /** The names of the labels that the system is conditioned on. */
  readonly labels: string[]
  private currentWeights: Values = {}
  /** Of the table of codes; undefined until it is asked for. */
  private neighbours: CodeNeighbours | null | undefined
  /** The weaker model that guides samples, by the name it was given. */
  private guide: { key: string; values: Values } | null = null
  private readonly calls: ModelCalls
  private readonly integrator: ChunkIntegrator

  constructor(options: {
    system: System
    shape: ImageShape
    labels?: string[]
    precision?: Precision | undefined
  }) {
    const { system, shape, labels = [], precision = 'fp32' } = options
    this.system = system
    this.shape = shape
    this.labels = labels
    this.calls = new ModelCalls({ system, shape, precision })
    const guideAt = this.guideAt.bind(this)
    this.integrator = new ChunkIntegrator({ system, shape, calls: this.calls, guideAt })
  }

  /** Sets the precision of the networks' products; called before the first use. */
  usePrecision(precision: Precision): void {
    this.calls.precision = precision
  }

  get precision(): Precision {
    return this.calls.precision
  }

  /** By parameter name. */
  get weights(): Values {
    return this.currentWeights
  }

  /** Sets the weights by parameter name. */
  setWeights(weights: Values): void {
    this.currentWeights = weights
    this.neighbours = undefined
    this.calls.programs.setWeights({ ...weights, ...this.guide?.values })
  }

  /** Sets the weaker model of `guidance`, whose weights are loaded unless it is set already. */
  async useGuide(key: string, load: () => Promise<Values>): Promise<void> {
    if (this.guide?.key === key) return
    this.guide = { key, values: guideValues(this.system, await load()) }
    this.calls.programs.addWeights(this.guide.values)
  }

  /**
   * What programs guided at a strength hold besides the weights.
   * @throws FlowerbedError `internal` where the guide is a model and there is none
   */
  guideAt(strength: number, kind: GuideKind): Values {
    const values = { [strengthName]: Float32Array.of(strength) }
    if (kind === 'label') return values
    if (!this.guide) throw new FlowerbedError('internal', errorText('guide.none'))
    return { ...this.guide.values, ...values }
  }

  /**
   * Samples images from p(z), of a label, of `labels` one by one (their number for none), or of all labels in turn. Image i depends on (seed, i) alone, except that images of a chunk share the steps of an
   * adaptive solver. Latents are sampled chunk by chunk, so that memory is bounded for any count.
   */
  async sample(
    options: SelectionOptions & Integration & { labels?: Float32Array | undefined },
  ): Promise<Samples> {
    const { count, seed, first, temperature, trajectory, labels, ...integration } = options
    const selection = selectionOf({ count, seed, first, temperature, trajectory })
    const size = imageBytes(this.shape)
    const pixels = new Uint8Array(count * size)
    const frames = selection.trajectory
    const framePixels = new Uint8Array(count * frames * size)
    const cost = await this.integrator.integrate(count, {
      ...integration,
      from: 1,
      to: 0,
      load: this.fromPrior({ ...selection, labels, label: options.label ?? null }),
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

  /**
   * Integrates samples of p(z) to images. `take` is given the values of a chunk, whose first image is `first`, at `frames`
   * equally spaced times, both ends included.
   */
  async follow(
    options: { count: number; seed: number; frames: number; take: FrameSink } & Integration,
  ): Promise<void> {
    const { count, seed, frames, take, ...integration } = options
    await this.integrator.integrate(count, {
      ...{ ...integration, from: 1, to: 0, frames: { count: frames, take } },
      load: this.fromPrior({ ...selectionOf({ count, seed }), label: null }),
      store: () => undefined,
    })
  }

  /** Integrates one sample of p(z) to an image, image `first` of the seed; `states` is given each state on the way. */
  async trace(
    options: { seed: number; first: number; temperature: number; states: StateSink } & Integration,
  ): Promise<void> {
    const { seed, first, temperature, states, ...integration } = options
    const selection = selectionOf({ count: 1, seed, first, temperature })
    await this.integrator.integrate(1, {
      ...{ ...integration, states, from: 1, to: 0 },
      load: this.fromPrior({ ...selection, label: integration.label ?? null }),
      store: () => undefined,
    })
  }

  /** Generates images from latents: dx = v dt from t = 1 to t = 0. */
  async generate(z: Latents, integration: Integration): Promise<PixelBatch> {
    return { ...this.shape, count: z.count, pixels: toBytes(await this.decode(z, integration)) }
  }

  /** Images of latents as they are before they are clipped to [0, 1] and rounded, flat. */
  async decode(z: Latents, integration: Integration): Promise<Float32Array> {
    return (await this.transport(z, { ...integration, from: 1, to: 0 })).values
  }

  /**
   * Latents of images by q(z|x): its mean, or with `noise` a sample of it, z = mean + exp(logvar/2)·eps, where the eps
   * of image i depends on (seed, first + i) alone; likewise their codes by q(c|x).
   * @throws FlowerbedError `conflict` without a posterior
   */
  encode(images: PixelBatch, noise?: { seed: number; first?: number }): Latents {
    if (!this.system.posterior) {
      throw new FlowerbedError('conflict', errorText('encoding.noEncoder'))
    }
    const values = this.calls.posteriorLatents(images, noise)
    return { count: images.count, values, codes: this.calls.codesOf(images, noise) }
  }

  /**
   * Images as the mean of q(c|x) and one latent for all of them, the sample of p(z) of a seed.
   * @throws FlowerbedError `conflict` without a code
   */
  encodeCode(images: PixelBatch, { seed }: { seed: number }): Latents {
    if (this.system.codeSize === 0) {
      throw new FlowerbedError('conflict', errorText('encoding.noCode'))
    }
    const { count } = images
    return { count, values: this.calls.sharedLatents(count, seed), codes: this.calls.codesOf(images) }
  }

  /** The codes of training images; null without a table of codes. */
  codeNeighbours(): CodeNeighbours | null {
    const { [codeTableNames.mean]: codes } = this.currentWeights
    this.neighbours ??= codes instanceof Float32Array ? codeNeighbours(codes, this.system.codeSize) : null
    return this.neighbours
  }

  /** The sample of p(z) of a seed. */
  detailsOf(seed: number): Float32Array {
    return this.calls.sharedLatents(1, seed)
  }

  /** Latents of images by integrating backwards: dx = v dt from t = 0 to t = 1, with the mean of q(c|x) as code. */
  async invert(images: PixelBatch, integration: Integration): Promise<Latents> {
    const { count, pixels } = images
    const data = { count, values: toImages(pixels), codes: this.calls.codesOf(images) }
    return await this.transport(data, { ...integration, from: 0, to: 1 })
  }

  /** Mean and logvar of q(c|x), each `[count, codeSize]`. */
  codePosterior(images: PixelBatch): { mean: Float32Array; logvar: Float32Array } {
    return this.calls.codePosterior(images)
  }

  dispose(): void {
    this.calls.programs.dispose()
  }

  /** Latents of p(z), codes of p(c), and labels: the one that is asked for, else those that are given, else all in turn. */
  private fromPrior({
    labels: given,
    ...selection
  }: {
    seed: number
    first: number
    temperature: number
    label: string | null
    labels?: Float32Array | undefined
  }): ChunkSource['load'] {
    return (i, n) => {
      const at = { ...selection, count: n, first: selection.first + i }
      const isGiven = given && selection.label === null
      const labels = isGiven ? given.subarray(i, i + n) : labelsOfImages(this.labels, at)
      const codes = this.calls.priorCodes({ ...at, ranges: this.codeRanges(labels) })
      return { x: this.calls.priorLatents(at), codes, labels }
    }
  }

  /** Integrates all of some values from one time to another: dx = v dt. */
  private async transport(x: Latents, options: Integration & { from: number; to: number }): Promise<Latents> {
    const size = imageBytes(this.shape)
    const { codeSize, labelCount } = this.system
    const values = new Float32Array(x.count * size)
    const label = options.label ? labelIndex(this.labels, options.label) : labelCount
    const { guidance = 1, guideCheckpoint = null } = options
    if (label === labelCount && guidedByLabel(this.system, { guidance, guideCheckpoint })) {
      throw new FlowerbedError(
        'bad-input',
        errorText('guide.needsLabel', { labels: this.labels.join(', ') }),
        { where: 'label' },
      )
    }
    await this.integrator.integrate(x.count, {
      ...options,
      load: (first, n) => ({
        x: x.values.subarray(first * size, (first + n) * size),
        codes: x.codes?.subarray(first * codeSize, (first + n) * codeSize) ?? null,
        labels: labelCount > 0 ? new Float32Array(n).fill(label) : null,
      }),
      store: (first, end) => values.set(end, first * size),
    })
    return { count: x.count, values, codes: x.codes }
  }

  /** The first row of a label's codes in their table, and their number; null for no label or without a code. */
  codeRangeOf(label: number): [first: number, count: number] | null {
    const [first, count] = this.currentWeights[codeTableNames.ranges]?.subarray(2 * label) ?? []
    return first === undefined || count === undefined ? null : [first, count]
  }

  private codeRanges(labels: Float32Array | null): Float32Array | null {
    if (!labels || !this.currentWeights[codeTableNames.ranges]) return null
    const all = [0, codeTableSize]
    return Float32Array.from([...labels].flatMap((label) => this.codeRangeOf(label) ?? all))
  }
}

/** float32, clipped to [0, 1] → uint8. */
export function toBytes(images: Float32Array): Uint8Array {
  const bytes = new Uint8Array(images.length)
  for (let i = 0; i < images.length; i++)
    bytes[i] = Math.round(Math.min(1, Math.max(0, images[i] ?? 0)) * 255)
  return bytes
}
