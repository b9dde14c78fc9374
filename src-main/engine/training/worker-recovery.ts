import { desktopText } from '#shared/desktop-text.ts'
import { loadCheckpoint } from '../checkpoints/checkpoint.ts'
import { trainedState } from '../checkpoints/state-names.ts'
import { initialState } from './step-program.ts'
import type { TrainingRun } from './training-run.ts'
import { WorkersFailed, WorkerStepRunner } from './worker-step-runner.ts'

/**
 * After the loss of workers: the run goes back to its last checkpoint and on with those that are left.
 * @returns false when `thrown` says something else
 * @throws FlowerbedError `crashed` when none is left
 */
export async function recoverWorkers(run: TrainingRun, thrown: unknown): Promise<boolean> {
  const { stepRunner } = run
  if (!(thrown instanceof WorkersFailed) || !(stepRunner instanceof WorkerStepRunner)) return false
  run.reporter.flush()
  const { runId } = run.request
  const reached = run.step
  // How those that are gone ended, before they are left out.
  reportWorkers(run)
  const lost: string[] = []
  let left = 0
  for (let isBack = false; !isBack;) {
    try {
      const restarted = await stepRunner.restart()
      lost.push(...restarted.lost)
      left = restarted.left
      await goBack(run, stepRunner)
      isBack = true
    } catch (again) {
      // Another one was lost meanwhile.
      if (!(again instanceof WorkersFailed)) throw again
    }
  }
  run.emit({ type: 'workersLost', runId, step: run.step, reached, lost, left })
  reportWorkers(run)
  run.emit({ type: 'warning', runId, message: describeLoss({ lost, left, reached, step: run.step }) })
  return true
}

async function goBack(run: TrainingRun, stepRunner: WorkerStepRunner): Promise<void> {
  const { parts, config, request, lastCheckpoint } = run
  const checkpoint = lastCheckpoint
    ? await loadCheckpoint(request.runDirectory, lastCheckpoint.file, lastCheckpoint.sha256)
    : null
  await stepRunner.begin(checkpoint ? trainedState(checkpoint.state) : initialState(parts.system, config))
  if (checkpoint) run.restore(checkpoint.info)
  else run.startAgain()
}

/** Tells how the workers are, where the run has some. */
export function reportWorkers({ stepRunner, reporter }: TrainingRun): void {
  if (stepRunner instanceof WorkerStepRunner) reporter.workers(stepRunner.workers)
}

/** As `reportWorkers`, every few seconds at most. */
export function reportWorkersAtTimes({ stepRunner, reporter }: TrainingRun): void {
  if (stepRunner instanceof WorkerStepRunner && reporter.areWorkersDue()) reporter.workers(stepRunner.workers)
}

function describeLoss(loss: { lost: string[]; left: number; reached: number; step: number }): string {
  const { lost, left, reached, step } = loss
  const what =
    lost.length === 0
      ? desktopText('workers.restarted')
      : desktopText('workers.lost', { names: lost.join(', '), count: left })
  const where =
    step === 0 ? desktopText('workers.fromStart') : desktopText('workers.fromCheckpoint', { step })
  return desktopText('workers.wentBack', { what, reached, where })
}
