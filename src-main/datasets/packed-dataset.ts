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

/** A packed dataset opened for reading: images are read from the file by position, so it may be larger than memory. */
export class Dataset {
  readonly index: DatasetIndex
  readonly directory: string
  private readonly file: number

  /** Checks the index, not the pixels. @throws FlowerbedError `not-found` or `corrupt`, naming the folder */
  constructor(directory: string) {
    this.directory = directory
    this.index = readIndex(directory)
    this.file = openPixels(directory)
    const { size } = fstatSync(this.file)
    const expected = this.index.count * imageBytes(this.index.shape)
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
    const pixels = new Uint8Array(this.count * imageBytes(this.index.shape))
    for (let at = 0; at < pixels.length;) {
      const bytes = readSync(this.file, pixels, at, Math.min(readAtMost, pixels.length - at), at)
      if (bytes === 0) this.mustBe(pixels.length, at)
      at += bytes
    }
    return pixels
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
    if (Number.isInteger(index) && index >= 0 && index < this.count) return index
    throw new FlowerbedError('bad-input', errorText('dataset.noImageAt', { index, count: this.count }), {
      where: this.directory,
    })
  }
}

function readIndex(directory: string): DatasetIndex {
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
