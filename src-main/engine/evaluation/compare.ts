import type { Compared, Estimate, Evaluation, MeasureName } from '#shared/schemas/evaluation.ts'
import { frechetDistance } from './frechet-distance.ts'
import { kernelDistance, normalisationOf } from './kernel-distance.ts'
import { manifoldMeasures } from './manifold.ts'
import type { OnBlock } from './on-block.ts'
import { coordinates, principalComponents } from './principal-components.ts'
import type { Components } from './principal-components.ts'
import { rowsFrom, scaled, squaredNorms } from './rows.ts'
import type { Rows } from './rows.ts'
import { slicedWasserstein } from './sliced-wasserstein.ts'

/** Principal components of the images' features that the Fréchet distance is taken in; fewer for few images. */
const mostComponents = 64
const imagesPerComponent = 8

/** Some images as vectors of their features and of their pixels. */
export interface Vectors {
  features: Rows
  pixels: Rows
}

type Measures = Record<Exclude<MeasureName, 'nearCopiesInPixels' | 'nearCopiesInFeatures'>, Estimate>

/** Compares sets of as many images with one set of real ones, by which all are normalised. */
export class Comparison {
  private readonly reference: Vectors
  private readonly normalise: (features: Rows) => Rows
  private readonly components: Components
  private readonly spread: number

  constructor(reference: Vectors) {
    const by = normalisationOf(reference.features)
    this.normalise = (features) => scaled(features, by)
    this.reference = { features: this.normalise(reference.features), pixels: reference.pixels }
    const count = Math.max(
      1,
      Math.min(mostComponents, Math.floor(reference.features.count / imagesPerComponent)),
    )
    this.components = principalComponents(this.reference.features, count)
    this.spread = spreadOf(reference.pixels)
  }

  async measure({ features, pixels }: Vectors, onBlock: OnBlock): Promise<Measures> {
    const part =
      (i: number): OnBlock =>
      (share) =>
        onBlock((i + share) / 3)
    const normalised = this.normalise(features)
    const { value, error } = await slicedWasserstein(this.reference.pixels, pixels, part(0))
    return {
      ...(await this.distances(features, part(1))),
      slicedWasserstein: { value: value / this.spread, error: error / this.spread },
      ...(await manifoldMeasures(this.reference.features, normalised, part(2))),
    }
  }

  /** The distances in features, of as many or fewer images. */
  async distances(
    features: Rows,
    onBlock: OnBlock,
  ): Promise<Record<'kernelDistance' | 'frechetDistance', Estimate>> {
    return {
      kernelDistance: await this.kernelDistance(features, onBlock),
      frechetDistance: frechetDistance(
        coordinates(this.reference.features, this.components),
        coordinates(this.normalise(features), this.components),
      ),
    }
  }

  /** Kernel distance of as many or fewer images. */
  async kernelDistance(features: Rows, onBlock: OnBlock): Promise<Estimate> {
    return await kernelDistance(this.reference.features, this.normalise(features), onBlock)
  }
}

/** Root mean square distance of a pixel's value from its mean. */
function spreadOf(pixels: Rows): number {
  const { centre } = normalisationOf(pixels)
  const norms = squaredNorms(scaled(pixels, { centre, factor: 1 }))
  const variance = norms.reduce((sum, each) => sum + each, 0) / pixels.count / pixels.size
  return variance > 0 ? Math.sqrt(variance) : 1
}

/** Each measure of the samples beside that of real images. */
export function beside(
  samples: Record<MeasureName, Estimate>,
  floor: Record<MeasureName, Estimate>,
): Evaluation['measures'] {
  const entries = Object.entries(samples) as [MeasureName, Estimate][]
  return Object.fromEntries(
    entries.map(([name, estimate]): [MeasureName, Compared] => [name, { ...estimate, floor: floor[name] }]),
  ) as Evaluation['measures']
}

/** The first rows of a set, as many as another has. */
export const firstRows = (rows: Rows, count: number): Rows => rowsFrom(rows, 0, Math.min(count, rows.count))
