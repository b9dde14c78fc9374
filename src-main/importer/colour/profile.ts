import { openDecoder } from '../decoder.ts'

/** The colour spaces of profiles, by their names in a profile's header. */
export type ProfileSpace = 'GRAY' | 'RGB ' | 'CMYK'

/** The profile in a file, if it is one for colours of this kind. */
export async function profileOf(input: Buffer | string, space: ProfileSpace): Promise<Buffer | undefined> {
  const { icc } = await openDecoder(input).metadata()
  return icc && isProfile(icc, space) ? icc : undefined
}

/** Whether bytes look like a profile for colours of this kind; the decoder cannot use another. */
export function isProfile(icc: Buffer, space: ProfileSpace): boolean {
  return (
    icc.length > 132 && icc.toString('latin1', 36, 40) === 'acsp' && icc.toString('latin1', 16, 20) === space
  )
}
