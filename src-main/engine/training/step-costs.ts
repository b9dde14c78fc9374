import type { ImageShape } from '#shared/schemas/image.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { costKeys } from '#shared/step-cost.ts'
import type { StepCost } from '#shared/step-cost.ts'
import { countCost } from '../graph/analysis/cost.ts'
import { trace } from '../graph/trace.ts'
import { createSystem } from '../model/create-model.ts'
import { stepProgram } from './step-program.ts'

/** A step is traced for some 100 ms, and asked for again with each change of a form. */
const known = new Map<string, StepCost>()
const knownAtMost = 200

/** What one training step costs. TensorFlow must have been loaded. @throws FlowerbedError `bad-input` for a network that cannot be */
export function stepCost({ config, shape }: { config: RunConfig; shape: ImageShape }): StepCost {
  const key = JSON.stringify([shape, ...costKeys.map((name) => config[name])])
  const before = known.get(key)
  if (before) return before
  const system = createSystem({ config, shape })
  const spec = stepProgram({ system, config, shape })
  const cost = countCost(spec, trace(spec))
  if (known.size >= knownAtMost) known.clear()
  known.set(key, cost)
  return cost
}
