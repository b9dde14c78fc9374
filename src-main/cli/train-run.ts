import type { EngineEvent } from '#contract/engine.ts'
import type { RunRecord } from '#contract/run.ts'
import { loadTensorFlow } from '../engine/runtime/load.ts'
import type { TrainOptions } from '../runs/run-training.ts'
import { Interrupted, onInterrupt } from './interrupt.ts'
import { bytes, duration, say, StatusLine } from './output.ts'
import type { Workspace } from './workspace.ts'

/** The line that follows a training run. */
export function followTraining(): { onEvent: (event: EngineEvent) => void; end: () => void } {
  const line = new StatusLine()
  return {
    onEvent: (event) => {
      if (event.type === 'warning') say(event.message)
      if (event.type !== 'progress') return
      const { step, totalSteps, stepsPerSecond, secondsLeft, losses } = event.progress
      const left = secondsLeft === null ? '' : ` · about ${duration(secondsLeft)} to go`
      const loss = losses['loss'] === undefined ? '' : ` · loss ${losses['loss'].toPrecision(4)}`
      line.show(`step ${step} of ${totalSteps} · ${stepsPerSecond.toFixed(2)} steps/s${loss}${left}`)
    },
    end: () => line.end(),
  }
}

/**
 * Trains a run to its end. Ctrl+C saves it first.
 * @throws Interrupted when the user ended it
 */
export async function trainRun(
  workspace: Workspace,
  run: RunRecord,
  options: TrainOptions = {},
): Promise<RunRecord> {
  const { keeper, engine } = workspace
  const asked = { interrupted: false }
  const stopListening = onInterrupt(() => {
    asked.interrupted = true
    say('Saving …')
    void Promise.resolve(engine.handlers.pause({ runId: run.id })).catch(() => undefined)
  })
  try {
    const ended = await keeper.train(
      run.id,
      {
        train: async (request) => await engine.handlers.train(request),
        stop: async (runId, save) => {
          await engine.handlers.stop({ runId, save })
        },
      },
      options,
    )
    if (asked.interrupted) {
      say(`Saved at step ${ended.step}. Go on with: flowerbed train --resume ${ended.id}`)
      throw new Interrupted()
    }
    return ended
  } finally {
    stopListening()
  }
}

/** Says what a run computes on and why, and how much memory it will take, before it takes it. */
export async function sayDevice({ engine }: Workspace, run: RunRecord): Promise<void> {
  const { config, shape, deviceChoice: device } = run
  const { deviceName, why, advice } = loadTensorFlow({ device })
  say(`On ${deviceName}: ${why}.${advice === null ? '' : ` ${advice}`}`)
  const { neededBytes, availableBytes } = await engine.handlers.estimate({ config, shape, device })
  say(`It takes about ${bytes(neededBytes)} of memory; ${bytes(availableBytes)} are free.`)
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
