import { setImmediate as nextTurn } from 'node:timers/promises'
import { labelsOf } from '#shared/dataset-labels.ts'
import type { PrepareRequest } from '#shared/engine-messages.ts'
import type { DeviceSpeed } from '#shared/schemas/automatic.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { Machine } from '#shared/schemas/run.ts'
import { stepSeconds } from '#shared/step-cost.ts'
import { readAvailableMemory } from '../backend/free-memory.ts'
import { samplingStateNames, samplingWeights } from '../checkpoints/state-names.ts'
import { splitImages } from '../data/split.ts'
import { placeholderImages } from '../data/training-images.ts'
import { CodeTable } from '../sampling/code-table.ts'
import { Sampler } from '../sampling/sampler.ts'
import { isFused, untimedPrecision } from './create-step-runner.ts'
import { gridImages } from './sample-grid.ts'
import { stepCost } from './step-costs.ts'
import { planStep } from './plan-step.ts'
import type { PlannedStep } from './plan-step.ts'
import { initialState } from './step-program.ts'
import { StepRunner } from './step-runner.ts'

/** A run that is prepared takes at most this share of the free memory, so that it is planned as if nothing were prepared. */
const memoryShare = 0.25
/** Nothing else is answered during a step; one that takes longer is not taken ahead. */
const mostStepSeconds = 1

/**
 * Builds the programs with which a run begins, and calls each of them once with images and weights that do not matter: its
 * step, the prior of its codes, a preview of samples. They are freed again; `PreparedGraphs` keeps what took the time.
 * @returns false where that would take too much memory or time, or where steps are to be timed: nothing is prepared
 * @throws FlowerbedError where such a run cannot be
 */
export async function prepareRun(
  request: PrepareRequest,
  options: {
    device: Machine['device']
    measuredSpeed: () => Promise<DeviceSpeed>
    /** Checked between the calls. */
    isCancelled: () => boolean
  },
): Promise<boolean> {
  const { config, shape, count, memoryLimit = Infinity } = request
  const { device, measuredSpeed, isCancelled } = options
  const labels = labelsOf(config, request.labels)
  const availableBytes = Math.min(memoryLimit, readAvailableMemory(device))
  const planned = planStep({ config, shape, count, labelCount: labels.length, availableBytes })
  if (planned.memory.neededBytes > memoryShare * availableBytes) return false
  const question = { config, shape, device, resumed: null, workers: undefined, measuredSpeed }
  const known = await untimedPrecision(question)
  if (!known || isFused(config, known)) return false
  const speed = { measured: await measuredSpeed(), correction: 1 }
  if (stepSeconds(stepCost({ config, shape }), speed) > mostStepSeconds) return false

  await nextTurn()
  if (!isCancelled()) await callAll({ ...planned, request, labels, precision: known.precision }, isCancelled)
  return true
}

interface PreparedRun extends PlannedStep {
  request: PrepareRequest
  labels: string[]
  precision: Precision
}

async function callAll(run: PreparedRun, isCancelled: () => boolean): Promise<void> {
  const { system, labels, precision } = run
  const { config, shape, count } = run.request
  const dataset = placeholderImages({ shape, count, labelCount: system.labelCount })
  const { training: indices } = splitImages({ count, share: config.validationShare, seed: config.seed })
  const weights = await takeStep(run, { dataset, indices })
  await nextTurn()
  if (isCancelled()) return
  const codeTable = system.codeSize > 0 ? new CodeTable({ system, dataset, indices }) : null
  const codes = codeTable?.measure(weights)
  codeTable?.dispose()
  await nextTurn()
  if (isCancelled()) return
  const sampler = new Sampler({ system, shape, labels, precision })
  try {
    sampler.setWeights({ ...weights, ...codes })
    await gridImages(sampler, { config, isPreview: true, now: () => performance.now(), isCancelled })
  } finally {
    sampler.dispose()
  }
}

/** Takes the first step; returns the weights that samples would be generated with. */
async function takeStep(
  { system, stepSystem, stepConfig, resident, precision, request: { config } }: PreparedRun,
  images: Pick<ConstructorParameters<typeof StepRunner>[0], 'dataset' | 'indices'>,
) {
  const ofStep = { ...stepConfig(config), precision }
  const stepRunner = new StepRunner({ ...images, system: stepSystem, config: ofStep, resident })
  try {
    stepRunner.begin(initialState(system, config))
    await stepRunner.takeStep(1, ofStep)
    return samplingWeights(stepRunner.read(samplingStateNames(system, config, 'ema')), config)
  } finally {
    await stepRunner.dispose()
  }
}
