import type { Conversion } from './conversions.ts'

/** How a file's colours are read. */
export type ColourPlan = OrdinaryPlan | NativePlan

/** The decoder alone does it right. */
export interface OrdinaryPlan {
  kind: 'ordinary'
  input: Buffer | string
}

/** The decoder only hands over the file's own numbers; what they mean is settled here. */
export interface NativePlan {
  kind: 'native'
  input: Buffer | string
  /** The decoder's name of the space in which it leaves the numbers as they are. */
  space: 'multiband' | 'rgb16' | 'grey16' | 'cmyk'
  /** The space to which the decoder takes them first, if it would otherwise change them. */
  pipeline?: 'rgb16' | 'cmyk'
  depth: 'uchar' | 'ushort' | 'float'
  /** What a pixel of so many bands means. */
  conversion: (bands: number) => Conversion
  /** Of decimal numbers: they have to lie between 0 and 1. */
  unitRange?: { width: number; height: number; bands: number }
  /** The profile of the converted colours; without one they are sRGB. */
  profile?: Buffer
}
