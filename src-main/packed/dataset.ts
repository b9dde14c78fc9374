import { closeSync, fstatSync, openSync, read, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { datasetIndexSchema } from '#contract/dataset.ts'
import type { DatasetIndex } from '#contract/dataset.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { pictureBytes } from '#contract/pictures.ts'
import type { PixelBatch } from '#contract/pictures.ts'

const readAt = promisify(read)
/** Most that the system reads at once. */
const readAtMost = 2 ** 30

const advice = 'Import the folder again; the original pictures are untouched.'

/** A packed dataset opened for reading: pictures are read from the file by position, so it may be larger than memory. */
export class Dataset {
  readonly index: DatasetIndex
  readonly directory: string
  private readonly file: number

  /** @throws FlowerbedError `not-found` or `corrupt`, naming the folder */
  constructor(directory: string) {
    this.directory = directory
    this.index = readIndex(directory)
    this.file = openPixels(directory)
    const { size } = fstatSync(this.file)
    const expected = this.index.count * pictureBytes(this.index.shape)
    if (size !== expected) {
      this.close()
      throw new FlowerbedError(
        'corrupt',
        `The packed pictures are ${size} bytes long instead of ${expected}.`,
        {
          where: directory,
          hint: advice,
        },
      )
    }
  }

  get count(): number {
    return this.index.count
  }

  /** Pictures by position, in that order: uint8 NHWC. */
  pictures(indices: ArrayLike<number>): PixelBatch {
    const { shape } = this.index
    const bytes = pictureBytes(shape)
    const pixels = new Uint8Array(indices.length * bytes)
    for (let i = 0; i < indices.length; i++)
      readSync(this.file, pixels, i * bytes, bytes, this.placeOf(indices[i]) * bytes)
    return { ...shape, count: indices.length, pixels }
  }

  /** The same bytes, read by other threads while this one does something else. */
  async read(indices: ArrayLike<number>): Promise<Uint8Array> {
    const bytes = pictureBytes(this.index.shape)
    const pixels = new Uint8Array(indices.length * bytes)
    const places = Array.from(indices, (index) => this.placeOf(index))
    await Promise.all(places.map((place, i) => readAt(this.file, pixels, i * bytes, bytes, place * bytes)))
    return pixels
  }

  /** The bytes of all pictures. */
  all(): Uint8Array {
    const pixels = new Uint8Array(this.count * pictureBytes(this.index.shape))
    for (let at = 0; at < pixels.length; at += readAtMost)
      readSync(this.file, pixels, at, Math.min(readAtMost, pixels.length - at), at)
    return pixels
  }

  close(): void {
    closeSync(this.file)
  }

  private placeOf(index = -1): number {
    if (Number.isInteger(index) && index >= 0 && index < this.count) return index
    throw new FlowerbedError('bad-input', `There is no picture ${index}; there are ${this.count}.`, {
      where: this.directory,
    })
  }
}

function readIndex(directory: string): DatasetIndex {
  let text: string
  try {
    text = readFileSync(join(directory, 'index.json'), 'utf8')
  } catch (cause) {
    throw new FlowerbedError('not-found', 'The packed pictures are gone.', {
      where: directory,
      hint: advice,
      cause,
    })
  }
  try {
    return datasetIndexSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new FlowerbedError('corrupt', 'The table of the packed pictures cannot be read.', {
      where: join(directory, 'index.json'),
      hint: advice,
      cause,
    })
  }
}

function openPixels(directory: string): number {
  const path = join(directory, 'pixels.u8')
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw new FlowerbedError('not-found', 'The packed pictures are gone.', {
      where: path,
      hint: advice,
      cause,
    })
  }
}
