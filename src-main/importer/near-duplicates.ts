import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import { Dataset } from '../datasets/packed-dataset.ts'
import { pixelDifference, signatureOf } from './image-signature.ts'
import type { ImageSignature } from './image-signature.ts'
import { Progress } from './progress.ts'
import type { JobContext } from './scan.ts'

/** Bits in which the hashes of near duplicates may differ, at most. */
const mostBits = 5
/** RMS difference of their small images, at most, of 255. */
const mostDifference = 6
/** The hash is cut into one band more than bits may differ: of two such hashes one band is equal. */
const bands = mostBits + 1
const bandBits = Math.ceil(64 / bands)
const blockBytes = 2 ** 23
/** Comparisons between two looks at whether the user has cancelled. */
const pairsAtOnce = 2_000_000

/**
 * Groups of images of a packed dataset that are nearly identical: their gradients point the same way nearly everywhere
 * (a difference hash of 64 bits), and reduced to a few pixels they differ by little.
 * @param excluded positions of images that are not looked at
 * @returns positions in the dataset, each group and the groups in its order
 * @throws FlowerbedError `not-found` or `corrupt`, `cancelled`
 */
export async function findNearDuplicates(
  { directory, excluded }: { directory: string; excluded: number[] },
  context: Pick<JobContext, 'signal' | 'report'>,
): Promise<number[][]> {
  const dataset = new Dataset(directory, { excluded })
  try {
    const signatures = await signaturesOf(dataset, context)
    const groups = await grouped(signatures, context.signal)
    return groups.map((group) => group.map((image) => dataset.originalOf(image)))
  } finally {
    dataset.close()
  }
}

async function signaturesOf(
  dataset: Dataset,
  { signal, report }: Pick<JobContext, 'signal' | 'report'>,
): Promise<ImageSignature[]> {
  const { shape } = dataset.index
  const bytes = imageBytes(shape)
  const perBlock = Math.max(1, Math.floor(blockBytes / bytes))
  const progress = new Progress('comparing', report)
  progress.total = dataset.count
  const signatures: ImageSignature[] = []
  for (let first = 0; first < dataset.count; first += perBlock) {
    checkCancelled(signal)
    const length = Math.min(perBlock, dataset.count - first)
    const pixels = await dataset.read(Array.from({ length }, (_, i) => first + i))
    for (let i = 0; i < length; i++) {
      signatures.push(signatureOf(pixels.subarray(i * bytes, (i + 1) * bytes), shape))
      progress.add({ bytes })
    }
    await pause()
  }
  progress.end()
  return signatures
}

/** Images that are near duplicates of one another, or of others of their group. */
async function grouped(signatures: ImageSignature[], signal: AbortSignal): Promise<number[][]> {
  const parents = Int32Array.from(signatures, (_, i) => i)
  const rootOf = (image: number): number => {
    let root = image
    while (parents[root] !== root) root = parents[root] ?? root
    parents[image] = root
    return root
  }
  // Of equal images only the first is compared with others.
  const distinct: number[] = []
  const firstOf = new Map<string, number>()
  for (const [image, { hash, pixels }] of signatures.entries()) {
    const key = `${hash.join()} ${Buffer.from(pixels).toString('latin1')}`
    const first = firstOf.get(key)
    if (first === undefined) {
      firstOf.set(key, image)
      distinct.push(image)
    } else parents[image] = first
  }
  let compared = 0
  for (let band = 0; band < bands; band++) {
    for (const images of sameInBand(signatures, { distinct, band }).values()) {
      for (const [i, a] of images.entries()) {
        for (let j = i + 1; j < images.length; j++) {
          const b = images[j] ?? a
          if (rootOf(a) !== rootOf(b) && isNear(signatures[a], signatures[b])) {
            const [first, second] = [rootOf(a), rootOf(b)]
            parents[Math.max(first, second)] = Math.min(first, second)
          }
        }
        compared += images.length - i
        if (compared < pairsAtOnce) continue
        compared = 0
        checkCancelled(signal)
        await pause()
      }
    }
  }
  const groups = new Map<number, number[]>()
  for (const image of parents.keys()) {
    const group = groups.get(rootOf(image))
    if (group) group.push(image)
    else groups.set(rootOf(image), [image])
  }
  return [...groups.values()].filter((group) => group.length > 1)
}

/** Images by the bits of one band of their hashes. */
function sameInBand(
  signatures: ImageSignature[],
  { distinct, band }: { distinct: number[]; band: number },
): Map<number, number[]> {
  const byBits = new Map<number, number[]>()
  for (const image of distinct) {
    const hash = signatures[image]?.hash ?? [0, 0]
    let bits = 0
    const end = Math.min(64, (band + 1) * bandBits)
    for (let bit = band * bandBits; bit < end; bit++)
      bits = 2 * bits + (((hash[bit >> 5] ?? 0) >>> (bit & 31)) & 1)
    const found = byBits.get(bits)
    if (found) found.push(image)
    else byBits.set(bits, [image])
  }
  return byBits
}

function isNear(a: ImageSignature | undefined, b: ImageSignature | undefined): boolean {
  if (!a || !b) return false
  let bits = 0
  for (const word of [0, 1] as const) bits += bitCount(a.hash[word] ^ b.hash[word])
  return bits <= mostBits && pixelDifference(a.pixels, b.pixels) <= mostDifference
}

/** Ones of 32 bits (Warren, Hacker's Delight, 2nd ed., figure 5-2). */
function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Lets a request to cancel come through. */
const pause = () => new Promise<void>((resolve) => setImmediate(resolve))

function checkCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new FlowerbedError('cancelled', errorText('dataset.searchCancelled'))
}
