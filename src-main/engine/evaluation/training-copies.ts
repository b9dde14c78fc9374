import type { Estimate } from '#shared/schemas/evaluation.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { nearCopies } from './near-copies.ts'
import { NearestVectors } from './nearest.ts'
import type { OnBlock } from './on-block.ts'
import { pixelRows } from './pixel-rows.ts'
import type { Rows } from './rows.ts'

/** Bytes of training images that are read at once. */
const bytesAtOnce = 2 ** 24

/** Vectors of samples and of training images, which are themselves among those that are searched. */
interface Copied {
  samples: Rows
  originals: Rows
  /** Position of each original in the dataset. */
  originalsAt: ArrayLike<number>
}

interface CopyShares {
  samples: Estimate
  floor: Estimate
}

/** Shares of near copies of training images, by pixels: the images are read block by block. */
export async function copiesInPixels(
  dataset: Dataset,
  searched: Uint32Array,
  { copied, onBlock }: { copied: Copied; onBlock: OnBlock },
): Promise<CopyShares> {
  const search = searchOf(copied)
  await forEachImageBlock(dataset, searched, {
    onBlock,
    visit: ({ rows, indices }, onRows) => search.add(rows, indices, onRows),
  })
  return search.shares()
}

/** Reads images as vectors of their pixels, block by block; `visit` is given the progress of its block. */
export async function forEachImageBlock(
  dataset: Dataset,
  indices: Uint32Array,
  options: {
    visit: (block: { rows: Rows; indices: Uint32Array }, onRows: OnBlock) => Promise<void>
    onBlock: OnBlock
  },
): Promise<void> {
  const { shape } = dataset.index
  const atOnce = Math.max(16, Math.floor(bytesAtOnce / imageBytes(shape)))
  for (let first = 0; first < indices.length; first += atOnce) {
    const some = indices.subarray(first, first + atOnce)
    const rows = pixelRows({ ...shape, count: some.length, pixels: await dataset.read(some) })
    const onRows: OnBlock = (share) => options.onBlock((first + share * some.length) / indices.length)
    await options.visit({ rows, indices: some }, onRows)
  }
}

/** Shares of near copies of training images, by features that are known. */
export async function copiesInFeatures(
  featured: { rows: Rows; at: ArrayLike<number> },
  { copied, onBlock }: { copied: Copied; onBlock: OnBlock },
): Promise<CopyShares> {
  const search = searchOf(copied)
  await search.add(featured.rows, featured.at, onBlock)
  return search.shares()
}

function searchOf({ samples, originals, originalsAt }: Copied) {
  const ofSamples = new NearestVectors(samples, { k: 2 })
  // An original is not a copy of itself.
  const ofOriginals = new NearestVectors(originals, { k: 2, excluded: originalsAt })
  return {
    add: async (rows: Rows, at: ArrayLike<number>, onBlock: OnBlock) => {
      await ofSamples.add(rows, at, (share) => onBlock(share / 2))
      await ofOriginals.add(rows, at, (share) => onBlock((1 + share) / 2))
    },
    shares: (): CopyShares => ({ samples: nearCopies(ofSamples), floor: nearCopies(ofOriginals) }),
  }
}
