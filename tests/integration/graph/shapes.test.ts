import { beforeAll, expect, it } from 'vitest'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { presets, resolveConfig } from '#shared/presets.ts'
import { nodeBackend } from '../../../src-main/engine/backend/tfjs.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import type { InputValues, ProgramSpec } from '../../../src-main/engine/graph/program.ts'
import { inferOutputs, type ValueInfo } from '../../../src-main/engine/graph/analysis/shapes.ts'
import { augmentationSize } from '../../../src-main/engine/model/nets/network.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { initialState, stepFeeds, stepProgram } from '../../../src-main/engine/training/step-program.ts'
import { distinctPresets } from '../../helpers/distinct-presets.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

/** Runs a program operation by operation and compares the inferred outputs of each with TensorFlow's. */
function compareAll(spec: ProgramSpec, run: { state: InputValues; feeds: InputValues }): Set<string> {
  const program = createProgram(spec, { mode: 'eager' })
  const backend = nodeBackend()
  const { binding } = backend
  const known = new Map<number, ValueInfo>()
  const seen = new Set<string>()
  backend.binding = {
    ...binding,
    createTensor: (shape, dtype, values) => {
      const id = binding.createTensor(shape, dtype, values)
      known.set(id, { shape, dtype, values: Array.from(values) })
      return id
    },
    executeOp: (op, attributes, inputs, outputs) => {
      const handles = binding.executeOp(op, attributes, inputs, outputs)
      // The rest of the state, zeros, was sent to TensorFlow before; no shape depends on its values.
      const of = (id: number) => known.get(id) ?? { shape: shapes.get(id) ?? [], dtype: 1 }
      const inferred = inferOutputs({ op, attributes, inputs: inputs.map(of) })
      expect(
        inferred.map(({ shape, dtype }) => ({ shape, dtype })),
        op,
      ).toEqual(handles.map(({ shape, dtype }) => ({ shape, dtype })))
      handles.forEach((handle) => known.set(handle.id, handle))
      seen.add(op)
      return handles
    },
  }
  const { getInputTensorIds } = backend
  const shapes = new Map<number, number[]>()
  backend.getInputTensorIds = (tensors) => {
    const ids = getInputTensorIds.call(backend, tensors)
    ids.forEach((id, i) => shapes.set(id, tensors[i]?.shape ?? []))
    return ids
  }
  try {
    program.write(run.state)
    program.run(run.feeds)
  } finally {
    backend.binding = binding
    backend.getInputTensorIds = getInputTensorIds
    program.dispose()
  }
  return seen
}

const changes: Partial<RunConfig> = {
  ...{ hidden: 8, batch: 2, steps: 100, weightDecay: 0.1, accumulate: 2, checkpointing: true },
  ...{ turn: true, jitter: 0.1 },
}

it.each(distinctPresets(changes))(
  'the inferred shape of every operation of a step of %s is TensorFlow’s',
  (preset) => {
    for (const shape of [
      { height: 16, width: 12, channels: 3 },
      { height: 32, width: 32, channels: 1 },
    ] as const) {
      const config = resolveConfig(preset, {
        ...changes,
        ...(presets[preset].config.network === 'resunet'
          ? { augmentCondition: true, dropout: 0.1, labels: true }
          : {}),
      })
      const system = createSystem({ config, shape })
      const pixels = new Uint8Array(3 * shape.height * shape.width * shape.channels).fill(128)
      const seen = compareAll(stepProgram({ system, config, shape, resident: 3 }), {
        state: { ...initialState(system, config), images: pixels },
        feeds: {
          ...{ indices: Int32Array.of(0, 1, 2, 0), views: new Float32Array(20), lights: new Float32Array(8) },
          label: Float32Array.of(0, 1, 2, 0),
          augmentation: new Float32Array(4 * augmentationSize),
          ...stepFeeds(config, 1),
        },
      })
      expect(seen.size).toBeGreaterThan(10)
    }
  },
)
