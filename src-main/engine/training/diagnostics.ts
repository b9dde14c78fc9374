import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tensor4D } from '@tensorflow/tfjs-core'
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
import { histogramDistance, pixelHistogram } from '../images/histogram.ts'
import { greyOf, numberMap } from '../images/number-map.ts'
import type { NumberMap } from '../images/number-map.ts'
import { writePng } from '../images/png.ts'
import { encodingWarnings } from './encoding-warnings.ts'

/** Images that are looked at each time, and how many of them in one call. */
const imagesAtMost = 64
const chunkAtMost = 16

interface Looked {
  step: number
  statistics: EncodingStatistics | null
  kl: Float32Array | null
  prior: { mean: Float32Array; std: Float32Array } | null
}

/** Looks at how a run encodes the same images again and again, and what its prior and its samples are like. */
export class DiagnosticsMaker {
  private readonly system: System
  private readonly images: PixelBatch
  private readonly chunk: number
  /** Null where there is neither a posterior nor a prior to look at. */
  private readonly program: Program | null
  private looked: Looked | null = null

  /** @param options.places images to look at, of which some are taken evenly */
  constructor(options: { system: System; dataset: Dataset; places: Uint32Array }) {
    const { system, dataset, places } = options
    this.system = system
    this.chunk = Math.min(chunkAtMost, places.length)
    const count = Math.floor(Math.min(imagesAtMost, places.length) / this.chunk) * this.chunk
    this.images = dataset.images(
      Array.from({ length: count }, (_, i) => places[Math.floor((i * places.length) / count)] ?? 0),
    )
    this.program = system.latentParameters.length === 0 ? null : createProgram(this.spec())
  }

  /** What of it belongs into the curves. */
  metrics(step: number, weights: () => Values): Record<string, number> {
    const { statistics } = this.look(step, weights)
    if (!statistics) return {}
    const { activeDimensions, dimensions, std, aggregateGap } = statistics
    return { activeShare: activeDimensions / dimensions, posteriorStd: std.average, aggregateGap }
  }

  /** Writes all of it down beside the samples of that step. */
  async save(options: {
    runId: string
    runDirectory: string
    step: number
    weights: () => Values
    drawn: PixelBatch
  }): Promise<Diagnostics> {
    const { runId, runDirectory, step, weights, drawn } = options
    const { statistics, kl, prior } = this.look(step, weights)
    const folder = join(runDirectory, diagnosticsFolder)
    await mkdir(folder, { recursive: true })
    const saved = async (name: string, { image, low, high }: NumberMap): Promise<DiagnosticMap> => {
      const file = diagnosticsFile(step, name)
      await writePng(join(folder, file), image)
      return { file, low, high }
    }
    const { height, width, channels, count } = this.images
    const shape = { height, width, channels }
    const histogram = {
      samples: pixelHistogram(drawn, histogramBins),
      images: pixelHistogram(this.images, histogramBins),
    }
    const diagnostics: Diagnostics = {
      ...{ format: 1, runId, step, createdAt: Date.now(), images: count },
      posterior: statistics &&
        kl && {
          ...statistics,
          klMap: await saved(
            'kl',
            numberMap(greyOf(kl, channels), { ...shape, channels: 1 }, { low: 0, high: 0 }),
          ),
        },
      prior: prior && {
        meanMap: await saved('prior-mean', numberMap(prior.mean, shape, { low: 0, high: 1 })),
        stdMap: await saved('prior-std', numberMap(prior.std, shape, { low: 0, high: 1 })),
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

  private look(step: number, weights: () => Values): Looked {
    if (this.looked?.step === step) return this.looked
    const { program, images, chunk } = this
    const looked: Looked = { step, statistics: null, kl: null, prior: null }
    this.looked = looked
    if (!program) return looked
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
    if (this.system.posterior) {
      looked.statistics = encodingStatistics(sums as unknown as EncodingSums, images.count, prior)
      looked.kl = sums['kl']?.map((value) => value / images.count) ?? null
    }
    if (prior.mean.length === size)
      looked.prior = { mean: prior.mean, std: prior.logvar.map((logvar) => Math.exp(logvar / 2)) }
    return looked
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
        const p = system.prior(weights)
        const q = system.posterior?.(weights, x as Tensor4D)
        return {
          fetches: { ...(q ? encodingSums(q, p) : {}), priorMean: p.mean, priorLogvar: p.logvar },
          next: {},
        }
      },
    }
  }
}
