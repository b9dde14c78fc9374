import type { Values } from '../graph/program.ts'
import { codeTableNames, codeTableSize } from '../model/flow/code-prior.ts'
import { labelsAt } from '../data/step-images.ts'
import type { System } from '../model/flow/system.ts'
import { chunksOf } from './chunks.ts'
import { Sampler } from './sampler.ts'
import type { TrainingImages } from '../data/training-images.ts'

/** Images that are read and encoded at once. */
const readTogether = 64

/** Measures the prior of codes: q(c|x) of training images at even distances, with given weights. */
export class CodeTable {
  private readonly sampler: Sampler
  private readonly dataset: TrainingImages
  private readonly images: number[]
  /** Which of the images each row of the table is of. */
  private readonly rows: Uint32Array
  /** The labels' ranges of rows; none without labels. */
  private readonly ranges: Values

  /** @param options `indices`: the training images */
  constructor({
    system,
    dataset,
    indices,
  }: {
    system: System
    dataset: TrainingImages
    indices: Uint32Array
  }) {
    this.sampler = new Sampler({ system, shape: dataset.index.shape })
    this.dataset = dataset
    const count = Math.min(codeTableSize, indices.length)
    const images = Array.from(
      { length: count },
      (_, i) => indices[Math.floor((i * indices.length) / count)] ?? 0,
    )
    const labels = labelsAt(dataset, { indices: images, none: system.labelCount })
    const order = images.map((_, i) => i)
    // A label's rows have to be neighbours.
    if (system.labelCount > 0) order.sort((a, b) => (labels[a] ?? 0) - (labels[b] ?? 0))
    this.images = order.map((i) => images[i] ?? 0)
    this.rows = Uint32Array.from({ length: codeTableSize }, (_, row) =>
      Math.floor((row * count) / codeTableSize),
    )
    const labelOfRow = Array.from(this.rows, (row) => labels[order[row] ?? 0])
    this.ranges = system.labelCount > 0 ? { [codeTableNames.ranges]: rangesOf(labelOfRow, system) } : {}
  }

  /** The arrays of the table by name. Reads the images anew, so that large ones do not stay in memory. */
  measure(weights: Values): Values {
    this.sampler.setWeights(weights)
    const { mean, logvar } = this.codePosteriors()
    const { codeSize } = this.sampler.system
    const spread = (values: Float32Array) => {
      const table = new Float32Array(codeTableSize * codeSize)
      this.rows.forEach((image, row) =>
        table.set(values.subarray(image * codeSize, (image + 1) * codeSize), row * codeSize),
      )
      return table
    }
    return { [codeTableNames.mean]: spread(mean), [codeTableNames.logvar]: spread(logvar), ...this.ranges }
  }

  private codePosteriors(): { mean: Float32Array; logvar: Float32Array } {
    const { codeSize } = this.sampler.system
    const length = this.images.length * codeSize
    const all = { mean: new Float32Array(length), logvar: new Float32Array(length) }
    // All in one size, so that one program encodes them: the last chunk begins among the images of the one before.
    const n = Math.min(readTogether, this.images.length)
    for (const { first: next } of chunksOf(this.images.length, n)) {
      const first = Math.min(next, this.images.length - n)
      const images = this.dataset.images(this.images.slice(first, first + n))
      const { mean, logvar } = this.sampler.codePosterior(images)
      all.mean.set(mean, first * codeSize)
      all.logvar.set(logvar, first * codeSize)
    }
    return all
  }

  dispose(): void {
    this.sampler.dispose()
  }
}

/** For each label its first row and the number of its rows, which are neighbours; all rows for a label without one. */
function rangesOf(labelOfRow: (number | undefined)[], { labelCount }: System): Float32Array {
  return Float32Array.from(
    Array.from({ length: labelCount }, (_, label) => {
      const first = labelOfRow.indexOf(label)
      return first < 0 ? [0, labelOfRow.length] : [first, labelOfRow.lastIndexOf(label) - first + 1]
    }).flat(),
  )
}
