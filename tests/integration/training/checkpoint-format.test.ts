import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { checkpointFolder } from '../../../src-main/files/checkpoint-names.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { describeMachine } from '../../../src-main/engine/backend/machine.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { CheckpointWriter } from '../../../src-main/engine/training/checkpoint-writer.ts'
import { initialState, stepProgram } from '../../../src-main/engine/training/step-program.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { expectFormat } from '../../helpers/safetensors-format.ts'

const folder = temporaryFolder('checkpoint-format')
afterAll(() => folder.remove())

/** A checkpoint of a small run as the trainer writes it. */
async function checkpoint() {
  const shape = { height: 8, width: 8, channels: 3 } as const
  const config = resolveConfig('pixel-posterior', { hidden: 8, batch: 2 })
  const machine = describeMachine(loadTensorFlow({ device: 'cpu' }))
  const system = createSystem({ config, shape })
  const { state: spec } = stepProgram({ system, config, shape })
  const state = initialState(system, config)
  const request = {
    runId: 'r',
    runDirectory: folder.path,
    datasetDirectory: '',
    config,
    device: 'cpu',
  } as const
  const info = { step: 7, trainedSeconds: 1, losses: {}, loss: null, smoothed: { sum: 0, weight: 0 } }
  const { file } = await new CheckpointWriter({ request, shape, state: spec }).write(
    { ...info, config, machine },
    state,
  )
  return { path: join(checkpointFolder(folder.path), file), spec, state }
}

test('a checkpoint is a safetensors file of all states, as other libraries read it', async () => {
  const { path, spec, state } = await checkpoint()
  const { metadata, entries, data } = expectFormat(readFileSync(path))
  expect(metadata).toEqual({ format: 'flowerbed', step: '7' })
  expect(Object.keys(entries).sort()).toEqual(Object.keys(state).sort())
  const numbers = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (const [name, values] of Object.entries(state)) {
    const { dtype, shape, data_offsets: offsets } = entries[name]!
    expect(dtype, name).toBe('F32')
    expect(shape, name).toEqual(spec[name]!.shape)
    expect(offsets[1] - offsets[0], name).toBe(4 * values.length)
    const differing = values.findIndex(
      (value, i) => !Object.is(value, numbers.getFloat32(offsets[0] + 4 * i, true)),
    )
    expect(differing, name).toBe(-1)
  }
})
