import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { multistepNumbers, multistepStep } from '../../../../../src-main/engine/model/flow/multistep.ts'
import type { MultistepNumbers } from '../../../../../src-main/engine/model/flow/multistep.ts'
import type { Slope } from '../../../../../src-main/engine/model/flow/solver.ts'
import { timeGrid } from '../../../../../src-main/engine/model/flow/time-grid.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const [mean, std] = [0.4, 0.3]

/** The velocity of the straight path between N(mean, std²) and N(0, 1), which is known in closed form. */
const slope: Slope = (x, t) => {
  const time = t.reshape<Tensor4D>([-1, 1, 1, 1])
  const rest = tf.sub<Tensor4D>(1, time)
  const variance = rest
    .square()
    .mul(std ** 2)
    .add<Tensor4D>(time.square())
  const linear = time.sub(rest.mul(std ** 2)).div<Tensor4D>(variance)
  return x.sub(rest.mul(mean)).mul(linear).sub<Tensor4D>(mean)
}

function integrate(options: {
  from: number
  to: number
  steps: number
  value: number
  slope: Slope
}): number {
  const { from, to, steps, value } = options
  return tf.tidy(() => {
    let x: Tensor4D = tf.fill([1, 1, 1, 1], value)
    let last: Tensor4D = tf.zerosLike(x)
    for (const numbers of multistepNumbers(timeGrid({ from, to, steps, grid: 'karras', rho: 3 }))) {
      const tensors = Object.fromEntries(
        Object.entries(numbers).map(([name, number]: [string, number]) => [name, tf.scalar(number)]),
      ) as Record<keyof MultistepNumbers, tf.Scalar>
      ;({ x, last } = multistepStep({ slope: options.slope, x, last, numbers: tensors }))
    }
    return x.dataSync()[0] ?? NaN
  })
}

describe('dpm2m', () => {
  it.each<[string, number, number, number, number, number]>([
    ['to the data', 1, 0, 1.2, mean + std * 1.2, 32],
    ['to the latent', 0, 1, 0.7, (0.7 - mean) / std, 32],
  ])('has errors of second order on the way %s', (_, from, to, value, exact, few) => {
    const error = (steps: number) => Math.abs(integrate({ from, to, steps, value, slope }) - exact)
    expect(error(few)).toBeLessThan(0.05)
    // Four times the steps: a sixteenth of the error, less what is left of the first steps.
    expect(error(4 * few) / error(few)).toBeLessThan(1 / 6)
  })

  it('is exact in any number of steps where the image is certain', () => {
    const image = 0.8
    const certain: Slope = (x, t) => x.sub(image).div(t.reshape([-1, 1, 1, 1]))
    for (const steps of [1, 2, 3, 7, 16]) {
      expect(integrate({ from: 1, to: 0, steps, value: -0.3, slope: certain })).toBeCloseTo(image, 5)
    }
  })

  it('keeps the point on the straight line to the end, whatever the steps', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 1, max: 9, noNaN: true }),
        fc.boolean(),
        (steps, rho, back) => {
          const [from, to] = back ? [0, 1] : [1, 0]
          for (const numbers of multistepNumbers(timeGrid({ from, to, steps, grid: 'karras', rho }))) {
            const { keep, gain, extrapolation } = numbers
            expect([keep, gain, extrapolation].every(Number.isFinite)).toBe(true)
            expect(keep).toBeGreaterThanOrEqual(0)
            expect(keep).toBeLessThanOrEqual(1)
            expect(extrapolation).toBeGreaterThanOrEqual(0)
          }
          expect(multistepNumbers(timeGrid({ from, to, steps, grid: 'karras', rho })).at(-1)).toMatchObject({
            keep: 0,
            gain: 1,
            extrapolation: 0,
          })
        },
      ),
    )
  })
})
