import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { diagnosticsFile, diagnosticsFolder, histogramBins } from '#shared/schemas/diagnostics.ts'
import type { DiagnosticMap, Diagnostics } from '#shared/schemas/diagnostics.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { writeFileAtomically } from '../../files/atomic-write.ts'
import { createProgram } from '../graph/create-program.ts'
import type { Program, ProgramSpec, Values } from '../graph/program.ts'
import { toImages } from '../data/batches.ts'
import { encodingStatistics, encodingSums } from '../model/flow/encoding-statistics.ts'
import type { EncodingStatistics, EncodingSums } from '../model/flow/encoding-statistics.ts'
import type { System } from '../model/flow/system.ts'
import type { Gaussian } from '../model/gaussian.ts'
import { histogramDistance, pixelHistogram } from '../images/histogram.ts'
import { greyOf, numberMap } from '../images/number-map.ts'
import type { NumberMap } from '../images/number-map.ts'
import { writePng } from '../images/png.ts'
import { encodingWarnings } from './encoding-warnings.ts'

/** Most images that are encoded for the diagnostics, and most of them in one call. */
const maxImages = 64
const maxChunk = 16

interface Measurement {
  step: number
  statistics: EncodingStatistics | null
  kl: Float32Array | null
  prior: { mean: Float32Array; std: Float32Array } | null
}

/** Measures how a run encodes a fixed set of images, its prior, and its samples, and writes the diagnostics. */
export class DiagnosticsWriter {
  private readonly system: System
  private readonly images: PixelBatch
  private readonly chunk: number
  /** Created when first used, since previews do without. */
  private program: Program | null = null
  private last: Measurement | null = null

  /** @param options `indices`: images to choose from, at even distances */
  constructor(options: { system: System; dataset: Dataset; indices: Uint32Array }) {
    const { system, dataset, indices } = options
    this.system = system
    this.chunk = Math.min(maxChunk, indices.length)
    const count = Math.floor(Math.min(maxImages, indices.length) / this.chunk) * this.chunk
    this.images = dataset.images(
      Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)] ?? 0),
    )
  }

  /** The diagnostics that are metrics too. */
  metrics(step: number, weights: () => Values): Record<string, number> {
    const { statistics } = this.measure(step, weights)
    if (!statistics) return {}
    const { activeDimensions, dimensions, std, aggregateGap } = statistics
    return { activeShare: activeDimensions / dimensions, posteriorStd: std.average, aggregateGap }
  }

  /** Writes the diagnostics of a step; `samples` are its grid. */
  async write(options: {
    runId: string
    runDirectory: string
    step: number
    weights: () => Values
    samples: PixelBatch
  }): Promise<Diagnostics> {
    const { runId, runDirectory, step, weights, samples } = options
    const { statistics, kl, prior } = this.measure(step, weights)
    const folder = join(runDirectory, diagnosticsFolder)
    await mkdir(folder, { recursive: true })
    const writeMap = async (name: string, { image, low, high }: NumberMap): Promise<DiagnosticMap> => {
      const file = diagnosticsFile(step, name)
      await writePng(join(folder, file), image)
      return { file, low, high }
    }
    const { height, width, channels, count } = this.images
    const shape = { height, width, channels }
    const histogram = {
      samples: pixelHistogram(samples, histogramBins),
      images: pixelHistogram(this.images, histogramBins),
    }
    const diagnostics: Diagnostics = {
      ...{ format: 1, runId, step, createdAt: Date.now(), images: count },
      posterior: statistics && {
        ...statistics,
        klMap:
          kl &&
          (await writeMap(
            'kl',
            numberMap(greyOf(kl, channels), { ...shape, channels: 1 }, { low: 0, high: 0 }),
          )),
      },
      prior: prior && {
        meanMap: await writeMap('prior-mean', numberMap(prior.mean, shape, { low: 0, high: 1 })),
        stdMap: await writeMap('prior-std', numberMap(prior.std, shape, { low: 0, high: 1 })),
      },
      histogram: { ...histogram, distance: histogramDistance(histogram.samples, histogram.images) },
      warnings: statistics ? encodingWarnings(statistics, step) : [],
    }
    await writeFileAtomically(join(folder, diagnosticsFile(step)), JSON.stringify(diagnostics))
    return diagnostics
  }

  dispose(): void {
    this.program?.dispose()
  }

  private measure(step: number, weights: () => Values): Measurement {
    if (this.last?.step === step) return this.last
    const { images, chunk } = this
    const measured: Measurement = { step, statistics: null, kl: null, prior: null }
    this.last = measured
    // Without a posterior and a trained prior there is nothing to measure.
    if (this.system.latentParameters.length === 0) return measured
    const program = (this.program ??= createProgram(this.spec()))
    const values = weights()
    program.write(
      Object.fromEntries(
        this.system.latentParameters.map(({ name }) => [name, values[name] as Values[string]]),
      ),
    )
    const size = imageBytes(images)
    const sums: Record<string, Float32Array> = {}
    let prior = { mean: new Float32Array(1), logvar: new Float32Array(1) }
    for (let first = 0; first < images.count; first += chunk) {
      const x = toImages(images.pixels.subarray(first * size, (first + chunk) * size))
      const { priorMean, priorLogvar, ...encodings } = program.run({ x }) as Record<
        string,
        Float32Array<ArrayBuffer>
      >
      if (priorMean && priorLogvar) prior = { mean: priorMean, logvar: priorLogvar }
      for (const [name, values] of Object.entries(encodings)) {
        const sum = (sums[name] ??= new Float32Array(values.length))
        values.forEach((value, i) => (sum[i] = (sum[i] as number) + value))
      }
    }
    if (sums['mean']) {
      measured.statistics = encodingStatistics(sums as unknown as EncodingSums, images.count, prior)
      // A code has no pixels to map.
      if (this.system.posterior) measured.kl = sums['kl']?.map((value) => value / images.count) ?? null
    }
    if (prior.mean.length === size)
      measured.prior = { mean: prior.mean, std: prior.logvar.map((logvar) => Math.exp(logvar / 2)) }
    return measured
  }

  private spec(): ProgramSpec {
    const { system } = this
    const { height, width, channels } = this.images
    return {
      name: 'diagnostics',
      state: Object.fromEntries(
        system.latentParameters.map(({ name, shape }) => [name, { shape, dtype: 'float32' as const }]),
      ),
      feeds: { x: { shape: [this.chunk, height, width, channels], dtype: 'float32' } },
      body: (weights, { x }) => {
        // Without an encoder of latents, that of codes is measured, whose prior is N(0, 1).
        const images = x as Tensor4D
        const p = system.prior(weights)
        const q: Gaussian<Tensor> | undefined =
          system.posterior?.(weights, images) ?? system.codePosterior?.(weights, images)
        return {
          fetches: { ...(q ? encodingSums(q, p) : {}), priorMean: p.mean, priorLogvar: p.logvar },
          next: {},
        }
      },
    }
  }
}
