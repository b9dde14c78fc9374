import { setTimeout as delay } from 'node:timers/promises'
import { desktopText } from '#shared/desktop-text.ts'
import type { EngineEvent, TrainProgress } from '#shared/engine-messages.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { loadTensorFlow } from '../../engine/backend/load.ts'
import { EngineWithHosts } from '../../remote/engine-with-hosts.ts'
import type { TrainOptions } from '../../runs/run-training.ts'
import type { EngineProcess } from '../../runs/training-queue.ts'
import { checkInterrupted, Interrupted, onInterrupt, wasInterrupted } from './interrupt.ts'
import { bytes, duration, say, StatusLine } from './output.ts'
import { describeWorkers } from './worker-options.ts'
import type { Workspace } from './workspace.ts'

const pauseRetryMs = 50

/** How a run is trained, and what an interrupted one says. */
export interface TrainRunOptions extends TrainOptions {
  /** The command that resumes it is said by the caller. */
  partOfExperiment?: boolean
  /** The most memory to plan with, in bytes. */
  memoryLimit?: number
  /** The engine of another process; by default that of this one. */
  engine?: TrainingEngine
  /** How it says what happens; by default on a line of its own. */
  tell?: (text: string) => void
}

export type TrainingEngine = Pick<EngineProcess, 'train' | 'pause' | 'stop'>

/** A status line with the progress of training. */
export function followTraining(): { onEvent: (event: EngineEvent) => void; end: () => void } {
  const line = new StatusLine()
  return {
    onEvent: trainingEvents({ tell: say, show: (text) => line.show(text) }),
    end: () => line.end(),
  }
}

/** Says what an engine reports of training: its progress by `show`, which may leave out what is soon followed by more. */
export function trainingEvents({
  tell,
  show,
}: {
  tell: (text: string) => void
  show: (text: string) => void
}) {
  let workers = ''
  return (event: EngineEvent): void => {
    if (event.type === 'warning' || event.type === 'waiting') tell(event.message)
    if (event.type === 'workers') {
      const text = describeWorkers(event.workers)
      if (text !== workers) tell(text)
      workers = text
    }
    if (event.type === 'progress') show(progressLine(event.progress))
  }
}

/** Step, speed, loss and the estimated time left, on one line. */
export function progressLine(progress: TrainProgress): string {
  const { step, totalSteps, endsBy, stepsPerSecond, secondsLeft, losses } = progress
  const { loss } = losses
  const about = endsBy === 'minutes' ? 'about ' : ''
  return [
    totalSteps === null ? `step ${step}` : `step ${step} of ${about}${totalSteps}`,
    ...(stepsPerSecond > 0 ? [`${stepsPerSecond.toFixed(2)} steps/s`] : []),
    ...(loss === undefined ? [] : [`loss ${loss.toPrecision(4)}`]),
    secondsLeft === null ? 'estimating the time left' : `about ${duration(secondsLeft)} to go`,
  ].join(' · ')
}

/**
 * Trains a run to its end. An interrupt writes a checkpoint first.
 * @throws Interrupted when the run did not finish
 */
export async function trainRun(
  workspace: Workspace,
  run: RunRecord,
  given: TrainRunOptions = {},
): Promise<RunRecord> {
  const { partOfExperiment = false, memoryLimit, engine, tell = say, ...options } = given
  const { store, runService } = workspace
  await beforeTraining(workspace, run, checkInterrupted)
  let training = true
  const trainer = new EngineWithHosts({
    ...{ store, engine: engine ?? engineHere(workspace, memoryLimit) },
    onInstall: (_, name) => tell(desktopText('workers.installing', { name })),
  })
  /** Retries: the engine does not know the run before its first step. */
  const pause = async () => {
    while (training) {
      try {
        await trainer.pause(run.id)
        return
      } catch {
        await delay(pauseRetryMs)
      }
    }
  }
  const stopListening = onInterrupt(() => {
    tell('Saving …')
    void pause()
  }, 'nothing since the last checkpoint is saved')
  try {
    const ended = await runService.train(run.id, trainer, options)
    if (!wasInterrupted() || ended.status === 'finished') return ended
    tell(describeStop(workspace, ended) + (partOfExperiment ? '' : ` ${howToResume(ended)}`))
    throw new Interrupted()
  } finally {
    training = false
    stopListening()
  }
}

/** The engine of this process. */
function engineHere({ engine: { handlers } }: Workspace, memoryLimit: number | undefined): TrainingEngine {
  const limit = memoryLimit === undefined ? {} : { memoryLimit }
  return {
    train: async (request) => await handlers.train({ ...request, ...limit }),
    pause: async (runId) => await handlers.pause({ runId }),
    stop: async (runId, save) => await handlers.stop({ runId, save }),
  }
}

/** What an interrupted run has saved. */
function describeStop({ runService }: Workspace, { id, step }: RunRecord): string {
  const saved = runService.checkpoints.list(id)[0]?.step ?? 0
  if (step === 0) return 'Nothing was trained yet.'
  if (saved === step) return `Saved at step ${step}.`
  const last = saved === 0 ? 'no checkpoint was written' : `the last checkpoint is from step ${saved}`
  return `Stopped at step ${step}; ${last}.`
}

const howToResume = ({ id, step }: RunRecord): string =>
  `${step === 0 ? 'Begin' : 'Resume'} with: flowerbed train --resume ${id}`

/** Reports the device of a run and why, and the memory it will need, before training starts. */
export async function sayDevice(workspace: Workspace, run: RunRecord): Promise<void> {
  await beforeTraining(workspace, run, async () => {
    const { config, shape, deviceChoice: device } = run
    const { deviceName, why, advice } = loadTensorFlow({ device })
    await checkInterrupted()
    say(`On ${deviceName}: ${why}.${advice === null ? '' : ` ${advice}`}`)
    const { neededBytes, availableBytes } = await workspace.engine.handlers.estimate({
      ...{ config, shape, device },
    })
    say(`It needs about ${bytes(neededBytes)} of memory; ${bytes(availableBytes)} are free.`)
    await checkInterrupted()
  })
}

/** Runs `work`; when it throws before the first step, the run's record gets the reason. */
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
      if (interrupted) say(`Nothing was trained yet. ${howToResume(run)}`)
    }
    throw thrown
  }
}

/** The result of `train --json`. */
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
