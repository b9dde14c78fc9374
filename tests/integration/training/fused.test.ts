import { afterEach, expect, it } from 'vitest'
import { nodeBackend } from '../../../src-main/engine/backend/tfjs.ts'
import { saved, small, trainer, trainingRuns } from '../../helpers/training.ts'

const { newRun } = trainingRuns('fused')
afterEach(() => {
  nodeBackend().binding.fuses = false
})

const settings = {
  steps: 5000,
  sampleEvery: 0,
  checkpointEvery: 3,
  emaDecay: 0.9,
  hidden: 8,
  batch: 4,
} as const

/** Trains until the checkpoint of step 3. */
async function trainThree(run: ReturnType<typeof newRun>) {
  const training = trainer(run, (event) => {
    if (event.type === 'checkpoint') void training.made.stop({ outcome: 'paused', save: true })
  })
  await training.made.run()
  const [loss] = training.of('metrics').flatMap(({ points }) => points.map(({ values }) => values['loss']))
  return { ...training, loss: loss! }
}

it('compiles the step of a long run by XLA, from the first step on, with the losses of TensorFlow’s operations', async () => {
  const plain = await trainThree(newRun(small({ ...settings, precision: 'fp32' })))
  expect(plain.of('started').map(({ machine }) => machine.fused)).toEqual([undefined])

  nodeBackend().binding.fuses = true
  const run = newRun(small({ ...settings, precision: 'auto' }))
  const fused = await trainThree(run)
  expect(fused.of('waiting').map(({ message }) => message)).toEqual([
    expect.stringContaining('XLA compiles') as string,
  ])
  expect(fused.of('started').map(({ machine }) => machine)).toEqual([
    expect.objectContaining({ fused: true, precision: 'fp32' }),
  ])
  expect(fused.loss).toBeCloseTo(plain.loss, 4)
  expect(saved(run, 'step-00000003.safetensors')).toBeTruthy()
}, 120_000)

it('does not compile short runs, nor steps in 16 bits', async () => {
  nodeBackend().binding.fuses = true
  for (const changes of [{ steps: 3 }, { precision: 'bf16' as const }]) {
    const training = await trainThree(newRun(small({ ...settings, precision: 'fp32', ...changes })))
    expect(training.of('waiting')).toEqual([])
    expect(training.of('started').map(({ machine }) => machine.fused)).toEqual([undefined])
  }
})
