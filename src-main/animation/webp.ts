/** An animation in WebP (RFC 9649) from WebP files of one image each, so that frames are encoded one by one. */

const flags = { animation: 0x02, alpha: 0x10 }
/** Chunks of a file that are an image, as a frame holds them. */
const imageChunks = ['ALPH', 'VP8 ', 'VP8L']

/**
 * Joins frames into an animation that loops forever.
 * @param frames each a WebP of one image
 */
export function joinWebpImages(
  frames: readonly Uint8Array[],
  options: { width: number; height: number; alpha: boolean; framesPerSecond: number },
): Uint8Array {
  const { width, height, alpha, framesPerSecond } = options
  const size = [...triple(width - 1), ...triple(height - 1)]
  // Rounded from the start, so that the whole takes as long as it should.
  const time = (index: number) => Math.round((1000 * index) / framesPerSecond)
  const chunks = frames.map((frame, i) =>
    chunk('ANMF', [
      // At the top left; each frame replaces the one before.
      Uint8Array.from([0, 0, 0, 0, 0, 0, ...size, ...triple(time(i + 1) - time(i)), 0x02]),
      ...imageIn(frame),
    ]),
  )
  const body = [
    Buffer.from('WEBP'),
    chunk('VP8X', [Uint8Array.from([flags.animation | (alpha ? flags.alpha : 0), 0, 0, 0, ...size])]),
    // A transparent background, and no limit to the loops.
    chunk('ANIM', [new Uint8Array(6)]),
    ...chunks,
  ]
  return chunk('RIFF', body)
}

const triple = (value: number) => [value & 0xff, (value >> 8) & 0xff, value >> 16]

/** A chunk: its name, its length, and its contents, padded to an even length. */
function chunk(name: string, contents: Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(contents)
  const head = Buffer.alloc(8)
  head.write(name, 'latin1')
  head.writeUInt32LE(bytes.length, 4)
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)])
}

/** The chunks of a file that are its image, with their heads. */
function imageIn(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Uint8Array[] = []
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = Buffer.from(bytes.subarray(at, at + 4)).toString('latin1')
    const length = view.getUint32(at + 4, true)
    const end = at + 8 + length + (length % 2)
    if (imageChunks.includes(name)) found.push(bytes.subarray(at, end))
    at = end
  }
  return found
}
