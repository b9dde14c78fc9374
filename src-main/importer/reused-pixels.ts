import type { DatasetIndex, ImportOptions } from '#shared/schemas/dataset.ts'
import { Dataset } from '../datasets/packed-dataset.ts'
import type { FoundFile } from './list-files.ts'
import { isUntouched } from './rescan.ts'

/** Images of an earlier import of the same files, which need not be decoded again. */
export class ReusedPixels {
  private readonly dataset: Dataset
  private readonly positions: Map<string, number>

  private constructor(dataset: Dataset) {
    this.dataset = dataset
    this.positions = new Map(dataset.index.paths.map((path, i) => [path, i]))
  }

  /** null where the earlier import is damaged, gone, or was made with other options: everything is decoded then. */
  static async open(directory: string, options: ImportOptions): Promise<ReusedPixels | null> {
    let dataset: Dataset | undefined
    try {
      dataset = new Dataset(directory)
      const { shape, options: before } = dataset.index
      const same = (['height', 'width', 'channels'] as const).every((side) => shape[side] === options[side])
      if (!same || before.fit !== options.fit) throw new Error('It was made with other options')
      await dataset.verify()
      return new ReusedPixels(dataset)
    } catch {
      dataset?.close()
      return null
    }
  }

  /** What was packed of a file that has not been touched since. */
  async find(
    file: FoundFile,
  ): Promise<{ pixels: Uint8Array; sha256: string; size: { width: number; height: number } } | null> {
    const position = this.positions.get(file.path)
    const { index } = this.dataset
    if (position === undefined || !isUntouched(file, index, position)) return null
    const { details } = index
    return {
      pixels: await this.dataset.read([position]),
      sha256: index.sha256[position] ?? '',
      size: { width: sideOf(details?.width, position), height: sideOf(details?.height, position) },
    }
  }

  close(): void {
    this.dataset.close()
  }
}

const sideOf = (
  column: NonNullable<DatasetIndex['details']>['width'] | undefined,
  position: number,
): number => column?.[position] ?? 0
