import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Metadata, Sharp } from 'sharp'
import { desktopText } from '#shared/desktop-text.ts'
import type { ImportOptions } from '#shared/schemas/dataset.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import { decoderInput } from './colour/image-bytes.ts'
import type { ImageBytes } from './colour/image-bytes.ts'
import { readNative } from './colour/native.ts'
import { planColours } from './colour/plan.ts'
import { openDecoder } from './decoder.ts'
import { checkFile, eachPiece, readStart } from './adaptive-read.ts'
import type { FileName } from './adaptive-read.ts'
import { withRetry } from './retry-decode.ts'
import { maxFileBytes, tooLargeFile, UnreadableImage } from './reasons.ts'
import { sniff, sniffBytes } from './sniff.ts'

export interface Frame {
  shape: ImageShape
  fit: ImportOptions['fit']
}

/** Files up to this size are read before they are decoded; of larger ones the decoder reads what it needs. */
const smallBytes = 128 * 1024

/** A source file as it is decoded: its bytes, or of a large one the first of them. */
export type ImageSource = ImageBytes

/**
 * Reads a source file and checks that it is an image.
 * @throws UnreadableImage or a system error.
 */
export async function readImage(path: FileName): Promise<ImageSource> {
  const { bytes, size } = await readStart(path, {
    most: smallBytes,
    check: (stats) => {
      if (stats.size > maxFileBytes) throw new UnreadableImage(tooLargeFile())
    },
  })
  const kind = sniff(bytes.subarray(0, sniffBytes))
  if (kind.kind === 'empty') throw new UnreadableImage(desktopText('image.empty'))
  if (kind.kind === 'other') throw new UnreadableImage(desktopText('image.notImage'))
  if (kind.kind === 'unsupported') throw unsupported(kind.name)
  // The decoder takes bytes for an image's, never for its name.
  if (typeof path !== 'string') return { path: '', head: await readFile(path), whole: true }
  return { path, head: bytes, whole: bytes.length === size }
}

export function unsupported(name: string): UnreadableImage {
  return new UnreadableImage(desktopText('image.otherFormat', { format: name }))
}

/** Upright size of an image file, from its header. */
export async function measure(path: FileName): Promise<{ width: number; height: number }> {
  await checkFile(path)
  const { autoOrient } = await withRetry(() => metadataOf(path))
  if (!autoOrient.width || !autoOrient.height) throw new UnreadableImage(desktopText('image.noPixels'))
  return { width: autoOrient.width, height: autoOrient.height }
}

/** Upright size of an image that was read; 0 × 0 where its header does not tell. */
export async function sizeOf(source: ImageSource): Promise<{ width: number; height: number }> {
  try {
    const { autoOrient } = await openDecoder(decoderInput(source)).metadata()
    return { width: autoOrient.width, height: autoOrient.height }
  } catch {
    return { width: 0, height: 0 }
  }
}

async function metadataOf(path: FileName): Promise<Metadata> {
  try {
    const input = typeof path === 'string' ? path : decoderInput(await readImage(path))
    return await openDecoder(input).metadata()
  } catch {
    // Opened as its colours have to be read, or refused in words of what they are.
    const { input } = await planColours(await readImage(path))
    return await openDecoder(input).metadata()
  }
}

/**
 * Pixels of one image: upright, in sRGB, on white, its first frame only.
 * @returns uint8 `[height, width, channels]`
 */
export async function decode(source: ImageSource, frame: Frame): Promise<Uint8Array> {
  return withRetry(() => decodeOnce(source, frame))
}

async function decodeOnce(source: ImageSource, frame: Frame): Promise<Uint8Array> {
  const plan = await planColours(source)
  if (plan.kind === 'ordinary') return inFrame(openDecoder(plan.input), frame)
  const { height, width } = frame.shape
  const [best, other] = await readNative(plan, { width, height, crop: frame.fit === 'crop' })
  if (!best) throw new UnreadableImage(desktopText('image.colours'))
  // A profile that the decoder cannot use is passed over, as it is in ordinary images.
  return other ? inFrame(best(), frame).catch(() => inFrame(other(), frame)) : inFrame(best(), frame)
}

async function inFrame(image: Sharp, { shape, fit }: Frame): Promise<Uint8Array> {
  const { height, width, channels } = shape
  const upright = image
    .autoOrient()
    .resize({ width, height, fit: fit === 'crop' ? 'cover' : 'contain', background: '#ffffff' })
  const coloured =
    channels === 4
      ? upright.toColourspace('srgb').ensureAlpha()
      : upright.flatten({ background: '#ffffff' }).toColourspace(channels === 1 ? 'b-w' : 'srgb')
  const { data, info } = await coloured.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  if (data.length === imageBytes(shape)) return data
  return withChannels(data, info.channels, channels)
}

/** Grey images stay one channel wide in some colour spaces: repeat or drop, pixel by pixel. */
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

/** One user image at a given shape, as import would have decoded it. */
export async function decodeFile(path: string, frame: Frame): Promise<PixelBatch> {
  const pixels = await decode(await readImage(path), frame)
  return { ...frame.shape, count: 1, pixels }
}

/** Hex sha256 of a source's bytes. */
export async function sha256(source: ImageSource): Promise<string> {
  const hash = createHash('sha256')
  if (source.whole) return hash.update(source.head).digest('hex')
  await eachPiece(source.path, (piece) => hash.update(piece))
  return hash.digest('hex')
}
