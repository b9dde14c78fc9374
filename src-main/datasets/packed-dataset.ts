import { closeSync, fstatSync, openSync, read, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'
import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { indexName, parseIndex, pixelsName } from './index-file.ts'
import { hashOfFile } from './verify-pixels.ts'
import type { HashOptions } from './verify-pixels.ts'

const readAt = promisify(read)
/** Most that the system reads at once. */
const readAtMost = 2 ** 30

/**
 * A packed dataset opened for reading: images are read from the file by position, so it may be larger than memory. Images
 * that are excluded are as if they were not there; the others are counted from 0.
 */
export class Dataset {
  readonly index: DatasetIndex
  readonly directory: string
  private readonly file: number
  /** Where each image is in the file; null where all of them are used. */
  private readonly kept: Uint32Array | null

  /**
   * Checks the index, not the pixels.
   * @param excluded positions of images that are left out
   * @throws FlowerbedError `not-found` or `corrupt`, naming the folder
   */
  constructor(directory: string, { excluded = [] }: { excluded?: readonly number[] | undefined } = {}) {
    this.directory = directory
    const whole = readIndex(directory)
    this.kept = excluded.length > 0 ? keptPositions(whole.count, excluded) : null
    this.index = this.kept ? indexOf(whole, this.kept) : whole
    this.file = openPixels(directory)
    const { size } = fstatSync(this.file)
    const expected = whole.count * imageBytes(whole.shape)
    if (size !== expected) {
      this.close()
      throw this.damaged(errorText('dataset.wrongSize', { size, expected }))
    }
  }

  get count(): number {
    return this.index.count
  }

  /**
   * Compares the pixels on disk with those that were packed, while other work continues; once per process as long as the
   * file stays as it is.
   * @returns false when `isCancelled` said so meanwhile, and nothing is known
   * @throws FlowerbedError `corrupt`
   */
  async verify(options: HashOptions = {}): Promise<boolean> {
    const found = await hashOfFile(this.file, options).catch((cause: unknown) => {
      throw this.damaged(errorText('dataset.diskUnreadable'), cause)
    })
    if (found !== null && found !== this.index.pixelsSha256) {
      throw this.damaged(errorText('dataset.checksum'))
    }
    return found !== null
  }

  /** Images by position, in that order: uint8 NHWC. */
  images(indices: ArrayLike<number>): PixelBatch {
    const { shape } = this.index
    const bytes = imageBytes(shape)
    const pixels = new Uint8Array(indices.length * bytes)
    for (let i = 0; i < indices.length; i++)
      this.mustBe(bytes, readSync(this.file, pixels, i * bytes, bytes, this.positionOf(indices[i]) * bytes))
    return { ...shape, count: indices.length, pixels }
  }

  /** The same bytes, read by other threads while this one does something else. */
  async read(indices: ArrayLike<number>): Promise<Uint8Array> {
    const bytes = imageBytes(this.index.shape)
    const pixels = new Uint8Array(indices.length * bytes)
    const positions = Array.from(indices, (index) => this.positionOf(index))
    await Promise.all(
      positions.map(async (position, i) => {
        const { bytesRead } = await readAt(this.file, pixels, i * bytes, bytes, position * bytes)
        this.mustBe(bytes, bytesRead)
      }),
    )
    return pixels
  }

  /** The bytes of all images. */
  all(): Uint8Array {
    const bytes = imageBytes(this.index.shape)
    const pixels = new Uint8Array(this.count * bytes)
    for (let first = 0, end; first < this.count; first = end) {
      end = this.endOfSequence(first)
      this.readInto(pixels.subarray(first * bytes, end * bytes), this.positionOf(first) * bytes)
    }
    return pixels
  }

  /** Where an image is among all that were packed, also those that are excluded. */
  originalOf(index: number): number {
    return this.positionOf(index)
  }

  /** Up to where images follow one another in the file. */
  private endOfSequence(first: number): number {
    if (!this.kept) return this.count
    let end = first + 1
    while (end < this.count && this.kept[end] === (this.kept[end - 1] ?? 0) + 1) end++
    return end
  }

  private readInto(pixels: Uint8Array, from: number): void {
    for (let at = 0; at < pixels.length;) {
      const bytes = readSync(this.file, pixels, at, Math.min(readAtMost, pixels.length - at), from + at)
      if (bytes === 0) this.mustBe(pixels.length, at)
      at += bytes
    }
  }

  close(): void {
    closeSync(this.file)
  }

  /** A file that was cut off since it was opened must not be taken for black images. */
  private mustBe(expected: number, bytes: number): void {
    if (bytes !== expected) throw this.damaged(errorText('dataset.cutOff'))
  }

  private damaged(text: ErrorText, cause?: unknown): FlowerbedError {
    const where = join(this.directory, pixelsName)
    return new FlowerbedError('corrupt', text, { where, cause })
  }

  private positionOf(index = -1): number {
    if (Number.isInteger(index) && index >= 0 && index < this.count) return this.kept?.[index] ?? index
    throw new FlowerbedError('bad-input', errorText('dataset.noImageAt', { index, count: this.count }), {
      where: this.directory,
    })
  }
}

function keptPositions(count: number, excluded: readonly number[]): Uint32Array {
  const left = new Set(excluded)
  return Uint32Array.from({ length: count }, (_, i) => i).filter((i) => !left.has(i))
}

/** The index of some of its images. */
function indexOf(whole: DatasetIndex, kept: Uint32Array): DatasetIndex {
  const of = <T>(column: T[]): T[] => Array.from(kept, (position) => column[position] as T)
  const { details, ...rest } = whole
  const { paths, sha256, labelOf } = whole
  return {
    ...rest,
    ...{ count: kept.length, paths: of(paths), sha256: of(sha256), labelOf: of(labelOf) },
    ...(details
      ? {
          details: {
            ...{ width: of(details.width), height: of(details.height) },
            ...{ bytes: of(details.bytes), modified: of(details.modified) },
          },
        }
      : {}),
  }
}

export function readIndex(directory: string): DatasetIndex {
  const path = join(directory, indexName)
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw new FlowerbedError('not-found', errorText('dataset.packedGone'), { where: path, cause })
  }
  try {
    return parseIndex(bytes)
  } catch (cause) {
    throw new FlowerbedError('corrupt', errorText('dataset.indexDamaged'), { where: path, cause })
  }
}

function openPixels(directory: string): number {
  const path = join(directory, pixelsName)
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw new FlowerbedError('not-found', errorText('dataset.packedGone'), { where: path, cause })
  }
}
