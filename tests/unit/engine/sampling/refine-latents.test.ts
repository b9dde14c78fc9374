import { expect, it } from 'vitest'
import { refineLatents } from '../../../../src-main/engine/sampling/refine-latents.ts'

const [count, size, rounds] = [6, 24, 8]

/** Images of latents: blurred, curved, and not the inverse of the identity; image 5 jumps, as where steps are too few. */
function decodeAll(latents: Float32Array): Float32Array {
  return latents.map((value, k) => {
    const first = k - (k % size)
    const left = latents[first + ((k + size - 1) % size)] ?? 0
    const jump = first === 5 * size ? 0.1 * Math.sign(Math.sin(40 * value)) : 0
    return 0.5 + 0.35 * Math.tanh(value) + 0.1 * Math.sin(left) + jump
  })
}

const wanted = Float32Array.from({ length: count * size }, (_, k) => 0.5 + 0.25 * Math.sin(1 + k * k))
const start = Float32Array.from({ length: count * size }, (_, k) => 2 * ((wanted[k] ?? 0) - 0.5))

const errors = (latents: Float32Array) => {
  const decoded = decodeAll(latents)
  return Array.from({ length: count }, (_, i) => {
    let sum = 0
    for (let k = i * size; k < (i + 1) * size; k++)
      sum += (wanted[k]! - Math.min(1, Math.max(0, decoded[k]!))) ** 2
    return Math.sqrt(sum / size)
  })
}

function refined(decode: (latents: Float32Array, round: number) => Float32Array, from: Float32Array = start) {
  return refineLatents({
    ...{ images: wanted, latents: from, count, rounds },
    decode: (latents, round) => Promise.resolve(decode(latents, round)),
  })
}

it('brings the images of latents nearer to those that were encoded, and none further away', async () => {
  const [before, after] = [errors(start), errors(await refined(decodeAll))]
  for (const i of [0, 1, 2, 3, 4]) {
    expect(before[i]).toBeGreaterThan(0.03)
    expect(after[i]).toBeLessThan(0.011)
  }
  expect(after[5]).toBeLessThanOrEqual(before[5]!)
})

it('keeps each latent that is exact already, and decodes once where all are', async () => {
  const exact = await refined(decodeAll)
  const good = errors(exact).map((error) => error <= 0.01)
  expect(good).toContain(true)
  const again = await refined(decodeAll, exact)
  good.forEach((isGood, i) => {
    const row = (all: Float32Array) => all.subarray(i * size, (i + 1) * size)
    if (isGood) expect(row(again)).toEqual(row(exact))
  })
  const calls: number[] = []
  const same = await refined((_, round) => {
    calls.push(round)
    return wanted
  })
  expect(calls).toEqual([0])
  expect(same).toEqual(start)
})

it('keeps the latents it was given where nothing else is better or the images are no numbers', async () => {
  expect(await refined((latents) => latents.map(() => NaN))).toEqual(start)
  const calls: number[] = []
  const kept = await refined((latents, round) => {
    calls.push(round)
    return round === 0 ? wanted.map((value) => value + (value < 0.5 ? 0.1 : -0.1)) : latents.map(() => -1)
  })
  expect(kept).toEqual(start)
  // Left after some rounds without gain.
  expect(calls).toEqual([0, 1, 2, 3])
})

it('gives an image the same latent whatever others it is refined with', async () => {
  const all = await refined(decodeAll)
  const alone = await refineLatents({
    ...{ images: wanted.subarray(size, 2 * size), latents: start.subarray(size, 2 * size), count: 1, rounds },
    decode: (latents) => Promise.resolve(decodeAll(latents)),
  })
  expect(all.subarray(size, 2 * size)).toEqual(alone)
})
