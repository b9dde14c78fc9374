import type { PixelBatch } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import type { Values } from '../graph/program.ts'
import { codeTableNames, codeTableSize } from '../model/flow/code-prior.ts'
import type { System } from '../model/flow/system.ts'
import { Sampler } from '../sampling/sampler.ts'

/** Measures the prior of codes: q(c|x) of training images at even distances, with given weights. */
export class CodeTable {
  private readonly sampler: Sampler
  private readonly images: PixelBatch
  /** Which of the images each row of the table is of. */
  private readonly rows: Uint32Array
  private last: { weights: Values; table: Values } | null = null

  /** @param options `indices`: the training images */
  constructor({ system, dataset, indices }: { system: System; dataset: Dataset; indices: Uint32Array }) {
    const { shape } = dataset.index
    this.sampler = new Sampler({ system, shape })
    const count = Math.min(codeTableSize, indices.length)
    this.images = dataset.images(
      Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)] ?? 0),
    )
    this.rows = Uint32Array.from({ length: codeTableSize }, (_, row) =>
      Math.floor((row * count) / codeTableSize),
    )
  }

  /** The arrays of the table by name. */
  measure(weights: Values): Values {
    if (this.last?.weights === weights) return this.last.table
    this.sampler.setWeights(weights)
    const { mean, logvar } = this.sampler.codePosterior(this.images)
    const { codeSize } = this.sampler.system
    const spread = (values: Float32Array) => {
      const table = new Float32Array(codeTableSize * codeSize)
      this.rows.forEach((image, row) =>
        table.set(values.subarray(image * codeSize, (image + 1) * codeSize), row * codeSize),
      )
      return table
    }
    const table = { [codeTableNames.mean]: spread(mean), [codeTableNames.logvar]: spread(logvar) }
    this.last = { weights, table }
    return table
  }

  dispose(): void {
    this.sampler.dispose()
  }
}
