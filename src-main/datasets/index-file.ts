import { createHash } from 'node:crypto'
import { z } from 'zod'
import { datasetIndexSchema } from '#shared/schemas/dataset.ts'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'

export const indexName = 'index.json'
export const pixelsName = 'pixels.u8'

const key = ',"indexSha256":"'
const hexLength = 64
const tailLength = key.length + hexLength + 2

/** What `index.json` holds: the index, and as its last entry the sha256 of all that stands before it. */
export function indexText(index: DatasetIndex): string {
  const open = JSON.stringify(index).slice(0, -1)
  return `${open}${key}${sha256(Buffer.from(open))}"}`
}

/** Unknown keys count as damage: a flipped bit may hide the checksum's own name. */
const strictSchema = z.strictObject(datasetIndexSchema.shape)

/**
 * Reads what `indexText` or an older version without a checksum wrote.
 * @throws any error when it is damaged
 */
export function parseIndex(bytes: Buffer): DatasetIndex {
  const checked = withoutChecksum(bytes)
  const index = strictSchema.parse(JSON.parse((checked ?? bytes).toString('utf8')))
  const { count, shape, options, labels } = index
  for (const column of [index.paths, index.sha256, index.labelOf, ...Object.values(index.details ?? {})])
    if (column.length !== count) throw new Error('A column has another length than there are images')
  if (index.labelOf.some((label) => label < -1 || label >= labels.length))
    throw new Error('A label is not in the list')
  if (options.height !== shape.height || options.width !== shape.width)
    throw new Error('The options are of another size than the images')
  // An older index: its id is a digest of all that training goes by.
  if (!checked && !addressesOf(index).includes(index.id)) throw new Error('The id is not that of the content')
  return index
}

/** The JSON before the checksum, closed again; null where there is no checksum. @throws Error when it is wrong */
function withoutChecksum(bytes: Buffer): Buffer | null {
  const open = bytes.subarray(0, -tailLength)
  const tail = bytes.subarray(open.length).toString('latin1')
  if (!tail.startsWith(key) || !tail.endsWith('"}')) return null
  if (tail.slice(key.length, -2) !== sha256(open)) throw new Error('The checksum is not that of the content')
  return Buffer.concat([open, Buffer.from('}')])
}

/**
 * Ids for the same images in the same order, decoded the same way: the first from the source files alone; the other,
 * from the pixels too, is for when the first is taken by what an older version decoded otherwise.
 */
export function addressesOf(
  contents: Pick<DatasetIndex, 'format' | 'shape' | 'labels' | 'labelOf' | 'sha256' | 'pixelsSha256'> & {
    options: Pick<DatasetIndex['options'], 'fit'>
  },
): [fromSources: string, fromPixels: string] {
  const { format, shape, options, labels, labelOf, pixelsSha256 } = contents
  const canonical = [format, shape.height, shape.width, shape.channels, options.fit, labels, labelOf]
  const hash = createHash('sha256').update(JSON.stringify(canonical))
  for (const image of contents.sha256) hash.update(image)
  const address = (of: ReturnType<typeof createHash>) => of.digest('hex').slice(0, 16)
  return [address(hash.copy()), address(hash.update(pixelsSha256))]
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
