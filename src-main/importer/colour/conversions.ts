/** Converts a pixel of raw file values to colours and a straight (not premultiplied) alpha, all from 0 to 1. */
export interface Conversion {
  colours: 1 | 3 | 4
  alpha: boolean
  /** Reads the pixel that begins at `at` and writes the colours, then the alpha; what is there already is 1. */
  convert: (from: ArrayLike<number>, at: number, to: Float64Array) => void
}

/** Colours in the first bands, then an optional alpha; further bands are ignored. */
export function scaled(options: {
  colours: 1 | 3 | 4
  alphaBand?: number | undefined
  max: number
}): Conversion {
  const { colours, alphaBand, max } = options
  return {
    colours,
    alpha: alphaBand !== undefined,
    convert: (from, at, to) => {
      for (let i = 0; i < colours; i++) to[i] = (from[at + i] ?? 0) / max
      if (alphaBand !== undefined) to[colours] = (from[at + alphaBand] ?? 0) / max
    },
  }
}

/** The same conversion, whose result is changed in place by each of the given steps. */
export function then(conversion: Conversion, ...steps: ((pixel: Float64Array) => void)[]): Conversion {
  return {
    ...conversion,
    convert: (from, at, to) => {
      conversion.convert(from, at, to)
      for (const step of steps) step(to)
    },
  }
}

/** CMYK without a profile to RGB, with ideal inks. */
export function fromInks(inks: Conversion): Conversion {
  const pixel = new Float64Array(5)
  return {
    colours: 3,
    alpha: inks.alpha,
    convert: (from, at, to) => {
      inks.convert(from, at, pixel)
      const black = pixel[3] ?? 0
      for (let i = 0; i < 3; i++) to[i] = (1 - (pixel[i] ?? 0)) * (1 - black)
      if (inks.alpha) to[3] = pixel[4] ?? 1
    },
  }
}

/** Converts premultiplied colours to straight ones. */
export function unmultiply(colours: number): (pixel: Float64Array) => void {
  return (pixel) => {
    const alpha = pixel[colours] ?? 1
    for (let i = 0; i < colours; i++) pixel[i] = alpha > 0 ? Math.min(1, (pixel[i] ?? 0) / alpha) : 1
  }
}

/** Expands video range to 0 to 1. */
export function fromVideoRange(bits: number, colours: number): (pixel: Float64Array) => void {
  const most = 2 ** bits - 1
  const black = (16 * 2 ** (bits - 8)) / most
  const white = (235 * 2 ** (bits - 8)) / most
  return (pixel) => {
    for (let i = 0; i < colours; i++) pixel[i] = clip(((pixel[i] ?? 0) - black) / (white - black))
  }
}

/** Luma weights of red, green and blue, and black and white of each band, as given by TIFF. */
export interface YCbCrTerms {
  weights: readonly [number, number, number]
  reference: readonly [number, number, number, number, number, number]
}

/** 8-bit YCbCr, by the formula of the TIFF specification, to RGB. */
export function fromYCbCr({ weights, reference }: YCbCrTerms): Conversion {
  const [red, green, blue] = weights
  const [yBlack, yWhite, cbBlack, cbWhite, crBlack, crWhite] = reference
  return {
    colours: 3,
    alpha: false,
    convert: (from, at, to) => {
      const y = ((from[at] ?? 0) - yBlack) / (yWhite - yBlack)
      const cb = (((from[at + 1] ?? 0) - cbBlack) / (cbWhite - cbBlack)) * (127 / 255)
      const cr = (((from[at + 2] ?? 0) - crBlack) / (crWhite - crBlack)) * (127 / 255)
      const r = y + cr * (2 - 2 * red)
      const b = y + cb * (2 - 2 * blue)
      to[0] = clip(r)
      to[1] = clip((y - red * r - blue * b) / green)
      to[2] = clip(b)
    },
  }
}

/** CIE L*a*b* of D50, in steps of 8 or 16 bits, becomes sRGB. */
export function fromLab(options: {
  bits: 8 | 16
  offset: boolean
  alphaBand?: number | undefined
}): Conversion {
  const { bits, offset, alphaBand } = options
  const most = 2 ** bits - 1
  const perUnit = 2 ** (bits - 8)
  const half = 2 ** (bits - 1)
  // In CIELab a and b are signed; in ICCLab they are shifted by half of the range.
  const chroma = (value: number) =>
    (offset ? value - half : value >= half ? value - 2 * half : value) / perUnit
  return {
    colours: 3,
    alpha: alphaBand !== undefined,
    convert: (from, at, to) => {
      const fy = (((from[at] ?? 0) / most) * 100 + 16) / 116
      const x = 0.9642 * fromLabCurve(fy + chroma(from[at + 1] ?? 0) / 500)
      const y = fromLabCurve(fy)
      const z = 0.8249 * fromLabCurve(fy - chroma(from[at + 2] ?? 0) / 200)
      to[0] = srgbEncode(3.1338561 * x - 1.6168667 * y - 0.4906146 * z)
      to[1] = srgbEncode(-0.9787684 * x + 1.9161415 * y + 0.033454 * z)
      to[2] = srgbEncode(0.0719453 * x - 0.2289914 * y + 1.4052427 * z)
      if (alphaBand !== undefined) to[3] = (from[at + alphaBand] ?? 0) / most
    },
  }
}

function fromLabCurve(value: number): number {
  return value > 6 / 29 ? value ** 3 : 3 * (6 / 29) ** 2 * (value - 4 / 29)
}

/** Display P3 becomes sRGB; what sRGB cannot show is clipped. */
export function fromP3(pixel: Float64Array): void {
  const r = srgbDecode(pixel[0] ?? 0)
  const g = srgbDecode(pixel[1] ?? 0)
  const b = srgbDecode(pixel[2] ?? 0)
  pixel[0] = srgbEncode(1.2249402 * r - 0.2249402 * g)
  pixel[1] = srgbEncode(-0.0420569 * r + 1.0420569 * g)
  pixel[2] = srgbEncode(-0.0196376 * r - 0.0786361 * g + 1.0982737 * b)
}

function srgbDecode(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function srgbEncode(linear: number): number {
  const value = clip(linear)
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055
}

function clip(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}
