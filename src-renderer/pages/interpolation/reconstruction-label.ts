/** How near a reconstruction image is to its original, in words. @param rms root of the mean squared difference in [0, 1] */
export function reconstructionWords(rms: number): string {
  const percent = `${(100 * rms).toFixed(rms < 0.0995 ? 1 : 0)} % off`
  if (rms < 0.03) return `hardly to be told apart · ${percent}`
  if (rms < 0.08) return `very close · ${percent}`
  if (rms < 0.15) return `close · ${percent}`
  if (rms < 0.3) return `only roughly alike · ${percent}`
  return `not yet alike · ${percent}`
}
