import { AndersonSteps } from './anderson.ts'

/** Root mean square error, in [0, 1], that is not worth another round. */
const exactEnough = 0.01

/** An image is left where `patience` rounds took less than this share off its error. */
const leastGain = 0.1
const patience = 3

/** An image whose latent is refined: the best latent so far, its error, and the best errors of all rounds. */
interface Refined {
  best: Float32Array
  errors: number[]
  steps: AndersonSteps
}

/**
 * Moves latents so that decoding them yields the images: the error in the pixels is added to the latent, since the velocity
 * field changes an image in about the direction that its noise is changed in, and Anderson's acceleration finds how far. The best
 * latent of each image is kept, so that none is worse than where it started; images that are exact enough or gain nothing more
 * stay as they are.
 * @param options `images` in [0, 1] and `latents`, both flat `[count, size]`; `decode` yields images of latents, before they
 * are clipped to [0, 1], and is called `rounds + 1` times at most
 */
export async function refineLatents(options: {
  images: Float32Array
  latents: Float32Array
  count: number
  rounds: number
  decode: (latents: Float32Array, round: number) => Promise<Float32Array>
}): Promise<Float32Array> {
  const { images, latents, count, rounds, decode } = options
  const size = images.length / count
  const rowOf = (all: Float32Array, i: number) => all.subarray(i * size, (i + 1) * size)
  const refined = Array.from({ length: count }, (_, i): Refined => {
    return { best: rowOf(latents, i), errors: [], steps: new AndersonSteps() }
  })
  let tried = latents
  for (let round = 0; round <= rounds; round++) {
    const decoded = await decode(tried, round)
    const next = new Float32Array(latents.length)
    for (const [i, image] of refined.entries()) {
      if (!isDone(image)) {
        const residual = residualOf(rowOf(images, i), rowOf(decoded, i))
        note(image, rowOf(tried, i), rms(residual))
        next.set(image.steps.next(rowOf(tried, i), residual), i * size)
      }
      if (isDone(image)) next.set(image.best, i * size)
    }
    if (refined.every(isDone)) break
    tried = next
  }
  const result = new Float32Array(latents.length)
  for (const [i, { best }] of refined.entries()) result.set(best, i * size)
  return result
}

/** Notes the error of a latent, which is the best if it is the first or nearer than all before. */
function note(image: Refined, latent: Float32Array, error: number): void {
  const before = image.errors.at(-1)
  if (before === undefined || error < before) image.best = latent
  image.errors.push(before === undefined || error < before ? error : before)
}

function isDone({ errors }: Refined): boolean {
  const [now, earlier] = [errors.at(-1), errors.at(-1 - patience)]
  if (now === undefined) return false
  return !Number.isFinite(now) || now <= exactEnough || (earlier ?? Infinity) * (1 - leastGain) < now
}

/** What the image has and the decoded one has not, as it is shown. */
const residualOf = (image: Float32Array, decoded: Float32Array) =>
  image.map((value, k) => value - Math.min(1, Math.max(0, decoded[k] ?? 0)))

function rms(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum / values.length)
}
