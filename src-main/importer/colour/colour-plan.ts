import type { Conversion } from './conversions.ts'

/** How a file's colours are read. */
export type ColourPlan = OrdinaryPlan | NativePlan

/** The decoder reads it correctly. */
export interface OrdinaryPlan {
  kind: 'ordinary'
  input: Buffer | string
}

/** The decoder returns the raw values; they are converted here. */
export interface NativePlan {
  kind: 'native'
  input: Buffer | string
  /** The decoder's colour space that leaves the values unchanged. */
  space: 'multiband' | 'rgb16' | 'grey16' | 'cmyk'
  /** The space to which the decoder converts first, if it would otherwise change the values. */
  pipeline?: 'rgb16' | 'cmyk'
  depth: 'uchar' | 'ushort' | 'float'
  /** The conversion for a pixel with this number of bands. */
  conversion: (bands: number) => Conversion
  /** Floating-point values, which must be between 0 and 1. */
  unitRange?: { width: number; height: number; bands: number }
  /** The profile of the converted colours; without one they are sRGB. */
  profile?: Buffer
}
