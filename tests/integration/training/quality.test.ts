import { expect, it } from 'vitest'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { saved, small, trainer, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('quality')

const settings = (changes: Partial<RunConfig> = {}) =>
  small({ steps: 8, sampleEvery: 0, checkpointEvery: 4, evaluateEvery: 4, emaDecay: 0.9, ...changes })
const last = 'step-00000008.safetensors'

/** The kernel distances that a trainer has reported, by step, with their floors. */
const distancesOf = ({ of }: ReturnType<typeof trainer>) =>
  of('metrics')
    .flatMap(({ points }) => points)
    .flatMap(({ step, values: { kernelDistance, kernelDistanceFloor } }) =>
      kernelDistance === undefined ? [] : [{ step, kernelDistance, kernelDistanceFloor }],
    )

it('measures samples at the interval, and changes nothing of the training', async () => {
  const measured = newRun(settings())
  const run = trainer(measured)
  await run.made.run()
  const distances = distancesOf(run)
  expect(distances.map(({ step }) => step)).toEqual([4, 8])
  const [early, late] = distances
  expect([early?.kernelDistance, late?.kernelDistance].every(Number.isFinite)).toBe(true)
  expect(Number.isFinite(early?.kernelDistanceFloor)).toBe(true)
  expect(late?.kernelDistanceFloor).toBe(early?.kernelDistanceFloor)
  // A network after a few steps generates no halves.
  expect(early!.kernelDistance).toBeGreaterThan(early!.kernelDistanceFloor!)

  const unmeasured = newRun(settings({ evaluateEvery: 0 }))
  const other = trainer(unmeasured)
  await other.made.run()
  expect(distancesOf(other)).toEqual([])
  expect(saved(unmeasured, last)).toEqual(saved(measured, last))

  const [first] = run.of('checkpoint').map(({ record }) => record)
  const resumed = trainer({ ...measured, resume: { file: first!.file, sha256: first!.sha256 } })
  const whole = saved(measured, last)
  await resumed.made.run()
  expect(saved(measured, last)).toEqual(whole)
  expect(distancesOf(resumed)).toEqual([late])
})

it('takes no time of the training', async () => {
  let ms = 0
  const run = trainer(
    newRun(settings()),
    (event) => {
      // An hour passes while samples are compared.
      if (event.type === 'progress' && event.progress.activity === 'evaluating') ms += 3_600_000
    },
    { now: () => ++ms },
  )
  expect((await run.made.run()).trainedSeconds).toBeLessThan(60)
})

it('ends at once when training is paused meanwhile', async () => {
  const run = trainer(newRun(settings()), (event) => {
    if (event.type === 'progress' && event.progress.activity === 'evaluating')
      void run.made.stop({ outcome: 'paused', save: true })
  })
  expect(await run.made.run()).toMatchObject({ outcome: 'paused', step: 4 })
  expect(distancesOf(run)).toEqual([])
})

it('says once that there are too few images, and trains on', async () => {
  const run = trainer(newRun(settings({ validationShare: 0.25 })))
  expect(await run.made.run()).toMatchObject({ outcome: 'finished', step: 8 })
  const warnings = run.of('warning').map(({ message }) => message)
  expect(warnings.filter((message) => message.includes('evaluation interval has no effect'))).toEqual([
    expect.stringContaining('at least 16 images') as string,
  ])
})
