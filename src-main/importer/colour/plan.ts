import { avifPlan } from './avif-plan.ts'
import type { ColourPlan } from './colour-plan.ts'
import { decoderInput } from './image-bytes.ts'
import type { ImageBytes } from './image-bytes.ts'
import { jpegPlan } from './jpeg-plan.ts'
import { pngPlan } from './png-plan.ts'
import { tiffPlan } from './tiff-plan.ts'

/**
 * The colour plan of a file, from its header.
 * @throws UnreadableImage when its values cannot be interpreted
 */
export async function planColours(bytes: ImageBytes): Promise<ColourPlan> {
  return (await specialPlan(bytes)) ?? { kind: 'ordinary', input: decoderInput(bytes) }
}

async function specialPlan(bytes: ImageBytes): Promise<ColourPlan | undefined> {
  const { head } = bytes
  if (head[0] === 0xff && head[1] === 0xd8) return await jpegPlan(bytes)
  if (head.length >= 29 && head.readUInt32BE(0) === 0x89504e47) return await pngPlan(bytes)
  const start = head.toString('latin1', 0, 4)
  if (/^(II[*+]\0|MM\0[*+])$/.test(start)) return await tiffPlan(bytes)
  if (head.toString('latin1', 4, 8) === 'ftyp') return await avifPlan(bytes)
  return undefined
}
