/** Frames in a row, with which each can still be seen. */
const wanted = 12

/** The frames of a row under a path: all keyframes, and others evenly between them, in their order. */
export function stripOf(count: number, keyframes: readonly number[]): number[] {
  const inRow = Math.min(count, wanted)
  const even = Array.from({ length: inRow }, (_, i) =>
    inRow === 1 ? 0 : Math.round((i * (count - 1)) / (inRow - 1)),
  )
  const chosen = new Set(keyframes)
  // A frame that is all but a keyframe makes way for it.
  const gap = (count - 1) / Math.max(1, inRow - 1)
  for (const frame of even)
    if (keyframes.every((keyframe) => Math.abs(keyframe - frame) >= gap / 2)) chosen.add(frame)
  return [...chosen].sort((a, b) => a - b)
}
