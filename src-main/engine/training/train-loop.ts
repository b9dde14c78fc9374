import { desktopText } from '#shared/desktop-text.ts'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TrainOutcome, TrainResult } from '#shared/engine-messages.ts'
import { loadCheckpoint } from '../checkpoints/checkpoint.ts'
import { trainedState } from '../checkpoints/state-names.ts'
import { meanErrorsByTime } from '../model/flow/time-buckets.ts'
import { readGridRecord } from '../sampling/sample-sheet.ts'
import { checkFinite, checkFiniteState, checkResumable } from './checks.ts'
import { createStepRunner, untimedPrecision } from './create-step-runner.ts'
import { sampleAtStop, sampleGrid, samplePreview } from './run-samples.ts'
import { SemidiscreteCoupling } from './semidiscrete-coupling.ts'
import { isPreviewDue, learningRateAt, limitRise, schedulePosition } from './schedule.ts'
import { deleteLaterSnapshots, takeSnapshot } from './snapshots.ts'
import { removeStart, startState } from './start-state.ts'
import { initialState } from './step-program.ts'
import { recoverWorkers, reportWorkers, reportWorkersAtTimes } from './worker-recovery.ts'
import type { TrainingRun } from './training-run.ts'

/** Older checkpoints are deleted by whoever records the new one; the disk is given this long to be free again. */
const deletionMs = 3000

/**
 * Trains a run until its limits are reached or a request stops it. The dataset is open and the model created already
 * (`training-parts.ts`). Each step is one call of a compiled program (`step-program.ts`).
 * @throws FlowerbedError when training cannot continue; the checkpoints written so far stay
 */
export async function train(run: TrainingRun): Promise<TrainResult> {
  await loadOrInitialise(run)
  for (;;) {
    try {
      return await trainToEnd(run)
    } catch (thrown) {
      if (!(await recoverWorkers(run, thrown))) throw thrown
    }
  }
}

async function trainToEnd(run: TrainingRun): Promise<TrainResult> {
  let outcome: TrainOutcome = 'finished'
  await deleteLaterSnapshots(run)
  while (run.hasMore()) {
    if (run.stopRequest) {
      outcome = run.stopRequest.outcome
      break
    }
    await takeStep(run)
    reportWorkersAtTimes(run)
    // The process answers messages here: requests to pause, to extend the run, to sample.
    await nextTurn()
    await takeSnapshot(run)
    const { checkpointEvery, sampleEvery } = run.config
    if (run.isDue(checkpointEvery)) await writeCheckpoint(run)
    if (run.isDue(sampleEvery) && run.hasMore()) await sampleGrid(run)
    else if (isPreviewDue(run.config, run.step) && run.hasMore()) await samplePreview(run)
  }
  run.reporter.flush()
  if (outcome === 'finished' || run.stopRequest?.save) await writeCheckpoint(run)
  if (outcome === 'finished') await sampleGrid(run)
  else if (run.stopRequest?.save) await sampleAtStop(run)
  run.reportProgress('training', { always: true })
  return {
    outcome,
    step: run.step,
    trainedSeconds: run.clock.trainedSeconds,
    losses: run.losses,
    stepsPerSecond: run.throughput.finalStepsPerSecond,
  }
}

/** Starts from the checkpoint to resume from, or from random weights; samples the first grid where it is missing. */
async function loadOrInitialise(run: TrainingRun): Promise<void> {
  const { request, parts, config, clock } = run
  const { resume, start, runId, runDirectory } = request
  await parts.dataset.verify({ isCancelled: () => run.stopRequest !== null })
  await parts.checkpointWriter.checkRoom()
  const checkpoint = resume ? await loadCheckpoint(runDirectory, resume.file, resume.sha256) : null
  if (checkpoint) checkResumable({ checkpoint: checkpoint.info, config, shape: parts.dataset.index.shape })
  const started = start && !checkpoint ? await startState(parts.system, { config, start }) : null

  const question = {
    ...{ config: parts.stepConfig(config), shape: parts.dataset.index.shape },
    resumed: checkpoint && checkpoint.info.step > 0 ? checkpoint.info.machine : null,
    device: run.machine.device,
    workers: request.workers,
    measuredSpeed: run.measuredSpeed,
  }
  const known = await untimedPrecision(question)
  if (known) parts.evaluator.usePrecision(known.precision)
  // First of all, so that there is something to see while the training step is built.
  if (!checkpoint && !started && config.sampleEvery > 0) {
    await parts.evaluator.sampleUntrained(initialState(parts.system, config), {
      ...{ config, isPreview: true, now: clock.now },
      isCancelled: () => run.stopRequest !== null,
    })
  }
  run.coupling = await prepareCoupling(run)
  // May time some steps to choose the precision; their weights are thrown away.
  const { precision, why, fused, stepRunner } = await createStepRunner({
    ...parts,
    ...question,
    ...{ known, system: parts.stepSystem },
    order: run.coupling ?? undefined,
    workerHosts: request.workerHosts,
    deviceChoice: request.device,
    now: clock.now,
    isCancelled: () => run.stopRequest !== null,
    onWait: (message) => run.emit({ type: 'waiting', runId, message }),
  })
  run.machine = { ...run.machine, precision, precisionWhy: why, ...(fused && { fused }) }
  run.stepRunner = stepRunner
  parts.evaluator.usePrecision(precision)
  await stepRunner.begin(
    checkpoint ? trainedState(checkpoint.state) : (started ?? initialState(parts.system, config)),
  )
  if (checkpoint) run.restore(checkpoint.info)
  clock.start(checkpoint?.info ?? { trainedSeconds: 0 })
  run.emit({ type: 'started', runId, machine: run.machine, step: run.step })
  reportWorkers(run)
  warnOfParts(run)
  warnOfNetwork(run)
  if (start && started) {
    await writeCheckpoint(run)
    await removeStart(start)
    if (config.sampleEvery > 0) await samplePreview(run)
  }

  if (!run.isDue(run.config.sampleEvery) || !run.hasMore()) return
  if (run.step === 0) return
  // A process that was killed may have written the grid and not told of it.
  const record = await readGridRecord(runDirectory, { runId, step: run.step })
  if (record) run.emit({ type: 'sample', record })
  else await sampleGrid(run)
}

/** Learns how noise chooses its images, where it does; anew when a run resumes, with the same result. */
async function prepareCoupling(run: TrainingRun): Promise<SemidiscreteCoupling | null> {
  const { parts, config, request, emit } = run
  if (config.coupling !== 'semidiscrete') return null
  let told = -1
  return await SemidiscreteCoupling.prepare({
    ...{ dataset: parts.dataset, indices: parts.indices, config },
    isCancelled: () => run.stopRequest !== null,
    onProgress: (share) => {
      const percent = 10 * Math.floor(10 * share)
      if (percent <= told) return
      told = percent
      const message = desktopText('waiting.coupling', { percent })
      emit({ type: 'waiting', runId: request.runId, message })
    },
  })
}

/** Says that the memory is too short for whole batches. */
function warnOfParts({ parts, config, request, emit }: TrainingRun): void {
  const { parts: count, availableBytes } = parts.memory
  if (count === null || count === 1) return
  const values = { batch: config.batch, count, free: (availableBytes / 1e9).toFixed(1) }
  emit({ type: 'warning', runId: request.runId, message: desktopText('warning.batchInParts', values) })
}

/** Says who can reach the workers. */
function warnOfNetwork({ request: { runId, workers }, emit }: TrainingRun): void {
  if (!workers || !('hosts' in workers) || workers.network === undefined) return
  emit({ type: 'warning', runId, message: desktopText('workers.network', { network: workers.network }) })
}

/** Takes the next step on its batch of images, and reports its metrics. */
async function takeStep(run: TrainingRun): Promise<void> {
  const { clock } = run
  const startedAt = clock.now()
  const step = run.step + 1
  const config = { ...run.config, steps: run.goal }
  const position = schedulePosition(config, { step, trainedSeconds: clock.scheduleSeconds })
  const learningRate = limitRise(config, learningRateAt(config, step, position), run.learningRate)
  const fetched = await run.stepRunner.takeStep(step, config, learningRate)
  const { errorsByTime, imagesByTime, ...scalars } = fetched
  const values = Object.fromEntries(Object.entries(scalars).map(([name, [value = NaN]]) => [name, value]))
  checkFinite(values, step)

  const { gradientNorm, ...losses } = values
  run.step = step
  run.losses = losses
  run.learningRate = learningRate
  run.smoothedLoss.add(values['loss'] ?? NaN)
  run.throughput.addStep(clock.secondsSince(startedAt))
  clock.stepEnded()
  run.reporter.metrics({
    step,
    seconds: clock.trainedSeconds,
    values: {
      ...losses,
      ...(gradientNorm === undefined ? {} : { gradientNorm }),
      learningRate,
      ...meanErrorsByTime(errorsByTime, imagesByTime),
      ...evaluate(run),
      ...(await measureQuality(run)),
    },
  })
  run.reportProgress('training')
}

/** Metrics besides the losses: with each grid of samples, each checkpoint, and at the end. */
function evaluate(run: TrainingRun): Record<string, number> {
  const { config, clock, throughput, parts } = run
  const isDue = run.isDue(config.sampleEvery) || run.isDue(config.checkpointEvery) || !run.hasMore()
  if (!isDue) return {}
  const startedAt = clock.now()
  const values = parts.evaluator.measure(run.weightsAtStep)
  throughput.addInterruption('evaluation', clock.secondsSince(startedAt))
  return values
}

/** The kernel distance of samples at the interval of evaluations; its time is no training time. */
async function measureQuality(run: TrainingRun): Promise<Record<string, number>> {
  const { clock, throughput, parts, config } = run
  if (!run.isDue(config.evaluateEvery)) return {}
  return await clock.pausedFor(async () => {
    const startedAt = clock.now()
    run.reportProgress('evaluating', { always: true })
    const isCancelled = () => run.stopRequest !== null && run.hasMore()
    const values = await parts.evaluator.measureQuality(run.weightsAtStep, { config, isCancelled })
    throughput.addInterruption('distance', clock.secondsSince(startedAt))
    return values
  })
}

/** Writes a checkpoint of the present step, unless there is one. */
async function writeCheckpoint(run: TrainingRun): Promise<void> {
  const { checkpointWriter, evaluator } = run.parts
  if (checkpointWriter.writtenStep === run.step) return
  const startedAt = run.clock.now()
  run.reporter.flush()
  run.reportProgress('saving', { always: true })
  const state = run.checkpointState()
  checkFiniteState(state, run.step)
  // A pause may come at a step that was not evaluated.
  const loss = evaluator.validationLoss(run.weightsAtStep) ?? run.smoothedLoss.value
  const record = await checkpointWriter.write(run.checkpointContents(loss), state)
  run.lastCheckpoint = record
  run.emit({ type: 'checkpoint', record })
  // Checked now, when nothing can be lost.
  if (run.hasMore() && !run.stopRequest) await checkpointWriter.checkRoom({ timeoutMs: deletionMs })
  run.throughput.addInterruption('checkpoint', run.clock.secondsSince(startedAt))
}
