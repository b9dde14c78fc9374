import { setTimeout as delay } from 'node:timers/promises'
import type { EngineEvent, TrainProgress, TrainRequest } from '#shared/engine-messages.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { loadTensorFlow } from '../../engine/backend/load.ts'
import type { TrainOptions } from '../../runs/run-training.ts'
import { checkInterrupted, Interrupted, onInterrupt, wasInterrupted } from './interrupt.ts'
import { bytes, duration, say, StatusLine } from './output.ts'
import type { Workspace } from './workspace.ts'

const pauseRetryMs = 50

/** The line that follows a training run. */
export function followTraining(): { onEvent: (event: EngineEvent) => void; end: () => void } {
  const line = new StatusLine()
  return {
    onEvent: (event) => {
      if (event.type === 'warning') say(event.message)
      if (event.type !== 'progress') return
      line.show(progressLine(event.progress))
    },
    end: () => line.end(),
  }
}

/** How far training is, how fast, and how long it will take once that can be told. */
export function progressLine(progress: TrainProgress): string {
  const { step, totalSteps, stepsPerSecond, secondsLeft, losses } = progress
  const { loss } = losses
  return [
    `step ${step} of ${totalSteps}`,
    ...(stepsPerSecond > 0 ? [`${stepsPerSecond.toFixed(2)} steps/s`] : []),
    ...(loss === undefined ? [] : [`loss ${loss.toPrecision(4)}`]),
    secondsLeft === null ? 'estimating the time left' : `about ${duration(secondsLeft)} to go`,
  ].join(' · ')
}

/**
 * Trains a run to its end. When the command is told to end it saves the run first.
 * @throws Interrupted when it did not come to its end
 */
export async function trainRun(
  workspace: Workspace,
  run: RunRecord,
  options: TrainOptions = {},
): Promise<RunRecord> {
  const { runService, engine } = workspace
  await beforeTraining(workspace, run, checkInterrupted)
  let training = true
  /** Again and again: between the run's begin and its first step the engine does not know it yet. */
  const pause = async () => {
    while (training) {
      try {
        await engine.handlers.pause({ runId: run.id })
        return
      } catch {
        await delay(pauseRetryMs)
      }
    }
  }
  const stopListening = onInterrupt(() => {
    say('Saving …')
    void pause()
  }, 'nothing since the last checkpoint is saved')
  try {
    const trainHere = {
      train: async (request: TrainRequest) => await engine.handlers.train(request),
      stop: async (runId: string, save: boolean) => {
        await engine.handlers.stop({ runId, save })
      },
    }
    const ended = await runService.train(run.id, trainHere, options)
    if (!wasInterrupted() || ended.status === 'finished') return ended
    say(whereItStands(workspace, ended))
    throw new Interrupted()
  } finally {
    training = false
    stopListening()
  }
}

/** What is safe of a run that was told to end, and how to go on with it. */
function whereItStands({ runService }: Workspace, { id, step }: RunRecord): string {
  const resume = `flowerbed train --resume ${id}`
  const saved = runService.checkpoints.list(id)[0]?.step ?? 0
  if (step === 0) return `Nothing was trained yet. Begin with: ${resume}`
  if (saved === step) return `Saved at step ${step}. Go on with: ${resume}`
  const last = saved === 0 ? 'no checkpoint was written' : `the last checkpoint is of step ${saved}`
  return `Stopped at step ${step}; ${last}. Go on with: ${resume}`
}

/** Says what a run computes on and why, and how much memory it will take, before it takes it. */
export async function sayDevice(workspace: Workspace, run: RunRecord): Promise<void> {
  await beforeTraining(workspace, run, async () => {
    const { config, shape, deviceChoice: device } = run
    const { deviceName, why, advice } = loadTensorFlow({ device })
    await checkInterrupted()
    say(`On ${deviceName}: ${why}.${advice === null ? '' : ` ${advice}`}`)
    const { neededBytes, availableBytes } = await workspace.engine.handlers.estimate({
      ...{ config, shape, device },
    })
    say(`It takes about ${bytes(neededBytes)} of memory; ${bytes(availableBytes)} are free.`)
    await checkInterrupted()
  })
}

/** What ends a run before its first step is written to its record. */
async function beforeTraining(
  { runService, store }: Workspace,
  run: RunRecord,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    if (store.runs.status(run.id) === 'starting') {
      const interrupted = thrown instanceof Interrupted
      runService.abandon(run.id, interrupted ? null : thrown)
      if (interrupted) say(`Nothing was trained yet. Begin with: flowerbed train --resume ${run.id}`)
    }
    throw thrown
  }
}

/** What `train --json` answers. */
export function trainAnswer(run: RunRecord) {
  return {
    run: run.id,
    dataset: run.datasetId,
    steps: run.step,
    losses: run.losses,
    stepsPerSecond: run.stepsPerSecond,
    device: run.machine?.device ?? null,
    seconds: run.trainedSeconds,
  }
}
