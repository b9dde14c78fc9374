import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import type { ImportOptions } from '#contract/dataset.ts'
import { pictureBytes } from '#contract/pictures.ts'
import type { PictureShape, PixelBatch } from '#contract/pictures.ts'
import { checkFile, eachPiece, readStart } from './prompt-disk.ts'
import type { FileName } from './prompt-disk.ts'
import { withSecondLook } from './second-look.ts'
import { maxFileBytes, maxPixels, UnreadablePicture } from './reasons.ts'
import { sniff } from './sniff.ts'

// Many small pictures: one thread each, many at once; and nothing is ever decoded twice.
sharp.cache(false)
sharp.concurrency(1)

const secondsPerFile = 30

export interface Frame {
  shape: PictureShape
  fit: ImportOptions['fit']
}

/** Files up to this size are read before they are decoded; of larger ones the decoder reads what it needs. */
const smallBytes = 128 * 1024

/** A source file as the decoder takes it: its bytes, or for a large one its path. */
export type PictureSource = Buffer | string

/**
 * A source file, looked at and found to be a picture.
 * @throws UnreadablePicture or a system error.
 */
export async function readPicture(path: FileName): Promise<PictureSource> {
  const { bytes, size } = await readStart(path, {
    most: smallBytes,
    check: (stats) => {
      if (stats.size > maxFileBytes) throw new UnreadablePicture('is larger than 512 MB')
    },
  })
  const kind = sniff(bytes.subarray(0, 1024))
  if (kind.kind === 'empty') throw new UnreadablePicture('is empty')
  if (kind.kind === 'other') throw new UnreadablePicture('is not a picture')
  if (kind.kind === 'unsupported') throw unsupported(kind.name)
  if (bytes.length === size) return bytes
  // The decoder takes bytes for a picture's, never for its name.
  return typeof path === 'string' ? path : await readFile(path)
}

export function unsupported(name: string): UnreadablePicture {
  return new UnreadablePicture(`is a ${name} file, which cannot be read; save it as PNG or JPEG`)
}

function openDecoder(source: PictureSource): Sharp {
  return sharp(source, { failOn: 'error', limitInputPixels: maxPixels, sequentialRead: true }).timeout({
    seconds: secondsPerFile,
  })
}

/** Upright size of a picture file, from its header. */
export async function measure(path: FileName): Promise<{ width: number; height: number }> {
  await checkFile(path)
  const source = typeof path === 'string' ? path : await readPicture(path)
  const { autoOrient } = await withSecondLook(() => openDecoder(source).metadata())
  if (!autoOrient.width || !autoOrient.height) throw new UnreadablePicture('has no pixels')
  return { width: autoOrient.width, height: autoOrient.height }
}

/**
 * Pixels of one picture: upright, in sRGB, on white, its first frame only.
 * @returns uint8 `[height, width, channels]`
 */
export async function decode(source: PictureSource, frame: Frame): Promise<Uint8Array> {
  return withSecondLook(() => decodeOnce(source, frame))
}

async function decodeOnce(source: PictureSource, { shape, fit }: Frame): Promise<Uint8Array> {
  const { height, width, channels } = shape
  const upright = openDecoder(source)
    .autoOrient()
    .resize({ width, height, fit: fit === 'crop' ? 'cover' : 'contain', background: '#ffffff' })
  const coloured =
    channels === 4
      ? upright.toColourspace('srgb').ensureAlpha()
      : upright.flatten({ background: '#ffffff' }).toColourspace(channels === 1 ? 'b-w' : 'srgb')
  const { data, info } = await coloured.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  if (data.length === pictureBytes(shape)) return data
  return withChannels(data, info.channels, channels)
}

/** Grey pictures stay one channel wide in some colour spaces: repeat or drop, pixel by pixel. */
function withChannels(pixels: Uint8Array, from: number, to: number): Uint8Array {
  const count = pixels.length / from
  const wide = new Uint8Array(count * to)
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < to; channel++) {
      const source = from >= 3 ? Math.min(channel, from - 1) : 0
      wide[i * to + channel] = pixels[i * from + source] ?? 0
    }
  }
  return wide
}

/** One user picture at a given shape, as import would have decoded it. */
export async function decodeFile(path: string, frame: Frame): Promise<PixelBatch> {
  const pixels = await decode(await readPicture(path), frame)
  return { ...frame.shape, count: 1, pixels }
}

/** Hex sha256 of a source's bytes. */
export async function sha256(source: PictureSource): Promise<string> {
  const hash = createHash('sha256')
  if (typeof source !== 'string') return hash.update(source).digest('hex')
  await eachPiece(source, (piece) => hash.update(piece))
  return hash.digest('hex')
}
