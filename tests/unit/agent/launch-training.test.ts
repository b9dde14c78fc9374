import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { EngineEvent, TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { pruneCheckpoints } from '../../../src-main/agent/checkpoints.ts'
import { trainOn } from '../../../src-main/agent/launch-training.ts'
import type { RunControl } from '../../../src-main/agent/run-control.ts'
import { runFolderOf } from '../../../src-main/agent/run-folder.ts'
import type { Engine } from '../../../src-main/engine/server.ts'
import { launchRequest } from '../../helpers/agent.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('launch-training')
afterAll(() => folder.remove())

const fileOf = (step: number) => `step-${String(step).padStart(8, '0')}.safetensors`

/** A run with checkpoints at these steps, each with a loss. */
function runWith(runId: string, losses: Record<number, number>) {
  const run = runFolderOf(folder.path, runId)
  const checkpoints = join(run.path, 'checkpoints')
  mkdirSync(checkpoints, { recursive: true })
  for (const [step, loss] of Object.entries(losses)) {
    const file = join(checkpoints, fileOf(Number(step)))
    writeFileSync(file, 'arrays')
    const description = { sha256: `hash ${step}`, loss, trainedSeconds: 7, losses: { loss } }
    writeFileSync(file.replace('.safetensors', '.json'), JSON.stringify(description))
  }
  return run
}

const result: TrainResult = { outcome: 'finished', step: 9, trainedSeconds: 1, losses: {}, stepsPerSecond: 1 }

/** Trains on an engine that finds these files damaged; answers what it was asked. */
async function asked(
  run: ReturnType<typeof runFolderOf>,
  options: {
    request?: Parameters<typeof launchRequest>[1]
    damaged?: string[]
    ending?: RunControl['ending']
  },
) {
  const { request = {}, damaged = [], ending = null } = options
  const requests: TrainRequest[] = []
  const events: EngineEvent[] = []
  const train = (training: TrainRequest) => {
    requests.push(training)
    const { file = '' } = training.resume ?? {}
    return damaged.includes(file)
      ? Promise.reject(
          new FlowerbedError('corrupt', 'damaged', { where: join(run.path, 'checkpoints', file) }),
        )
      : Promise.resolve(result)
  }
  const answer = trainOn({
    ...{ run, request: () => launchRequest(run.runId, request), emit: (event) => events.push(event) },
    engine: { handlers: { train } as unknown as Engine['handlers'] },
    control: { ending, forward: () => undefined },
  })
  const end = await answer.catch((thrown: unknown) => thrown)
  return { end, events, resumed: requests.map(({ resume }) => resume?.file), requests }
}

it('resumes from the newest checkpoint that can be read, and says which cannot', async () => {
  const run = runWith('newest', { 10: 1, 20: 1, 30: 1 })
  const { end, events, resumed } = await asked(run, { damaged: [fileOf(30), fileOf(20)] })
  expect(resumed).toEqual([fileOf(30), fileOf(20), fileOf(10)])
  expect(end).toEqual(result)
  expect(events.map((event) => (event.type === 'warning' ? event.message : ''))).toEqual([
    'The checkpoint of step 30 cannot be read (damaged), so training resumes from the one before it.',
    'The checkpoint of step 20 cannot be read (damaged), so training resumes from the one before it.',
  ])
})

it('does not begin anew where there are checkpoints but none can be read', async () => {
  const run = runWith('damaged', { 10: 1 })
  const { end, resumed } = await asked(run, { damaged: [fileOf(10)] })
  expect(end).toMatchObject({ kind: 'corrupt' })
  expect(resumed).toEqual([fileOf(10)])
  writeFileSync(join(run.path, 'checkpoints', fileOf(10).replace('.safetensors', '.json')), '{')
  expect((await asked(run, { damaged: [fileOf(10)] })).resumed).toEqual([fileOf(10)])
})

it('tries no other checkpoint than the one that is named', async () => {
  const run = runWith('named', { 10: 1, 20: 1, 30: 1 })
  const request = { resume: { file: fileOf(20), sha256: 'hash 20' } }
  expect((await asked(run, { request })).requests[0]?.resume).toEqual(request.resume)
  const { end, resumed } = await asked(run, { request, damaged: [fileOf(20)] })
  expect(end).toMatchObject({ kind: 'corrupt' })
  expect(resumed).toEqual([fileOf(20)])
})

it('starts from the weights of another run only without a checkpoint', async () => {
  const request = { start: { file: fileOf(5) } }
  const [first] = (await asked(runFolderOf(folder.path, 'new'), { request })).requests
  expect(first?.start).toEqual({ directory: join(folder.path, 'runs', 'new', 'start'), file: fileOf(5) })
  const [later] = (await asked(runWith('later', { 10: 1 }), { request })).requests
  expect(later?.start).toBeUndefined()
})

it('trains nothing when it was to end before it began', async () => {
  const run = runWith('ended', { 10: 0.5 })
  const ending = { outcome: 'paused', save: true, signal: 'SIGTERM' } as const
  const { end, requests } = await asked(run, { ending })
  expect(requests).toEqual([])
  expect(end).toEqual({
    ...{ outcome: 'paused', step: 10, trainedSeconds: 7, losses: { loss: 0.5 }, stepsPerSecond: 0 },
  })
})

it('deletes the checkpoints beyond the newest, but never the last one nor the best', async () => {
  const run = runWith('pruned', { 10: 3, 20: 1, 30: 3, 40: 2, 50: 2 })
  expect(await pruneCheckpoints(run, 2)).toEqual([fileOf(30), fileOf(10)])
  expect(await pruneCheckpoints(run, 0)).toEqual([fileOf(40)])
  expect(await pruneCheckpoints(run, 0)).toEqual([])
})
