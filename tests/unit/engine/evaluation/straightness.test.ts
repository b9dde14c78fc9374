import { expect, it } from 'vitest'
import { PathCurvature } from '../../../../src-main/engine/evaluation/straightness.ts'

/** Measures paths of two numbers an image, given as functions of the time from 0 to 1. */
function curvatures(paths: ((t: number) => [number, number])[], intervals: number): number[] {
  const sums = new PathCurvature({ count: paths.length, size: 2, intervals })
  for (let frame = 0; frame <= intervals; frame++)
    // Some images at a time, as the sampler gives them.
    for (let first = 0; first < paths.length; first += 2) {
      const some = paths.slice(first, first + 2)
      const x = some.flatMap((path) => path(frame / intervals))
      sums.add({ first, frame }, Float32Array.from(x))
    }
  return sums.values()
}

it('is 0 for straight paths, whatever their length', () => {
  const line =
    (a: number, b: number) =>
    (t: number): [number, number] => [a + (b - a) * t, a - 2 * t]
  for (const value of curvatures([line(0, 1), line(-2, 30), line(0.5, 0.5)], 16))
    expect(value).toBeCloseTo(0, 5)
  // A path that goes nowhere is not bent.
  expect(curvatures([() => [1, 2]], 4)).toEqual([0])
})

it('is the integral of the squared deviation of the velocity, over the squared length of the line', () => {
  // x = e^(at): ∫ v² dt = a (e^2a − 1) / 2, and the line's length is e^a − 1.
  for (const a of [0.5, 1, 2]) {
    const exact = ((a / 2) * (Math.exp(2 * a) - 1)) / (Math.exp(a) - 1) ** 2 - 1
    const [measured] = curvatures([(t) => [Math.exp(a * t), 0]], 400)
    expect(measured).toBeCloseTo(exact, 4)
  }
  // Half a circle: speed π over a diameter of 2.
  const [circle] = curvatures([(t) => [Math.cos(Math.PI * t), Math.sin(Math.PI * t)]], 1000)
  expect(circle).toBeCloseTo(Math.PI ** 2 / 4 - 1, 3)
})
