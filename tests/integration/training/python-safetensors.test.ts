import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { checkpointFolder } from '../../../src-main/files/checkpoint-names.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { describeMachine } from '../../../src-main/engine/backend/machine.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { CheckpointWriter } from '../../../src-main/engine/training/checkpoint-writer.ts'
import { initialState, stepProgram } from '../../../src-main/engine/training/step-program.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const run = promisify(execFile)
const folder = temporaryFolder('python')
afterAll(() => folder.remove())

const packages = ['safetensors==0.5.3', 'numpy==2.2.6']
const script = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="np") as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    print(json.dumps({
        "metadata": file.metadata(),
        "tensors": {
            name: {
                "shape": list(values.shape),
                "dtype": str(values.dtype),
                "sum": float(values.sum(dtype="float64")),
                "last": float(values.reshape(-1)[-1]),
            }
            for name, values in tensors.items()
        },
    }))
`

/** A virtual environment with the library, or the reason why there is none. */
async function python(): Promise<{ path: string } | { why: string }> {
  const environment = join(folder.path, 'venv')
  const bin = join(environment, process.platform === 'win32' ? 'Scripts' : 'bin')
  const path = join(bin, 'python')
  const pip = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--disable-pip-version-check']
  try {
    await run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', environment], {
      timeout: 60_000,
    })
    await run(path, [...pip, '--retries', '1', '--timeout', '15', ...packages], { timeout: 180_000 })
    return { path }
  } catch (thrown) {
    const { stderr, message } = thrown as Error & { stderr?: string }
    return {
      why: `no Python with ${packages.join(' and ')}: ${stderr?.trim().split('\n').at(-1) ?? message}`,
    }
  }
}

/** A checkpoint of a small run as the trainer writes it. */
async function checkpoint() {
  const shape = { height: 8, width: 8, channels: 3 } as const
  const config = resolveConfig('balanced', { hidden: 8, batch: 2 })
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

test('Python’s safetensors library reads a checkpoint', { timeout: 300_000 }, async (context) => {
  const found = await python()
  if ('why' in found) return context.skip(found.why)
  const { path, spec, state } = await checkpoint()
  const reader = join(folder.path, 'read.py')
  writeFileSync(reader, script)
  const { stdout } = await run(found.path, [reader, path], { maxBuffer: 1e8 })
  const read = JSON.parse(stdout) as {
    metadata: object
    tensors: Record<string, { shape: number[]; dtype: string; sum: number; last: number }>
  }
  expect(read.metadata).toEqual({ format: 'flowerbed', step: '7' })
  expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(state).sort())
  for (const [name, values] of Object.entries(state)) {
    const { shape, dtype, sum, last } = read.tensors[name]!
    expect(dtype, name).toBe('float32')
    expect(shape, name).toEqual(spec[name]!.shape)
    expect(last, name).toBe(values.at(-1))
    const numbers = [...values]
    const total = numbers.reduce((before, value) => before + value, 0)
    const size = numbers.reduce((before, value) => before + Math.abs(value), 0)
    expect(Math.abs(sum - total), name).toBeLessThanOrEqual(1e-12 * size)
  }
})
