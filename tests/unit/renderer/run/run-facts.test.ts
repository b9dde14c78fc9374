import { expect, test } from 'vitest'
import { presets } from '#shared/presets.ts'
import { settingFields } from '#shared/schemas/run-config.ts'
import type { Machine, RunRecord } from '#shared/schemas/run.ts'
import { runFacts } from '../../../../src-renderer/pages/run/run-facts.ts'

const machine: Machine = {
  ...{ flowerbed: '1.0', tensorflow: '2.9', node: '24.0', electron: null },
  ...{ platform: 'linux', cpu: 'Some CPU', cores: 1, memoryBytes: 8e9 },
  ...{ device: 'cpu', deviceName: 'CPU', precision: 'bf16', precisionWhy: 'measured as the faster' },
}
const run: RunRecord = {
  ...{ id: 'a', name: 'Faces', note: '', tags: [], starred: false, status: 'finished' },
  ...{
    preset: 'pixel-posterior',
    config: presets['pixel-posterior'].config,
    experimentId: null,
    parent: null,
    target: null,
  },
  ...{ datasetId: 'd', datasetName: 'Faces', imageCount: 1024 },
  shape: { height: 32, width: 24, channels: 3 },
  ...{
    deviceChoice: 'auto',
    workers: null,
    machine,
    step: 1,
    trainedSeconds: 1,
    losses: {},
    stepsPerSecond: 1,
  },
  ...{ error: null, createdAt: 0, updatedAt: 0 },
}
const factsOf = (record: RunRecord) =>
  Object.fromEntries(runFacts(record).map(({ title, value }) => [title, value]))

test('the facts of a run name its images, its machine and its versions', () => {
  expect(factsOf(run)).toMatchObject({
    Images: '1,024 images of “Faces”, 24 × 32',
    Preset: 'Posterior per pixel',
    Device: 'Some CPU, 1 core',
    'Precision used': '16 bits (bfloat16): measured as the faster',
    Memory: '8.0 GB',
    Versions: 'Flowerbed 1.0, TensorFlow 2.9, Node 24.0',
  })
  const electron = factsOf({ ...run, machine: { ...machine, device: 'cuda', cores: 8, electron: '45' } })
  expect(electron).toMatchObject({
    Device: 'CPU, 8 cores',
    Versions: 'Flowerbed 1.0, TensorFlow 2.9, Node 24.0, Electron 45',
  })
})

test('the facts of a run say what its preset chose, and by which speed', () => {
  const settings = [{ key: 'hidden', value: 48, because: 'time' } as const]
  const chosen = (speed: number | null) =>
    factsOf({
      ...run,
      automatic: {
        settings,
        speed:
          speed === null
            ? null
            : {
                measured: { device: 'CPU', flopsPerSecond: speed, secondsPerOperation: 1e-6 },
                correction: 1.5,
              },
        secondsPerStep: null,
      },
    })['Chosen by the preset']
  expect(chosen(null)).toBe('Base channels 48')
  expect(chosen(252.4e9)).toBe(
    'Base channels 48, at a measured 252 GFLOP/s (real steps took 1.50 times as long)',
  )
  expect(factsOf(run)['Chosen by the preset']).toBeUndefined()
})

test('no two facts have the same title', () => {
  const titles = runFacts({ ...run, machine: { ...machine, deviceWhy: 'it was chosen' } }).map(
    ({ title }) => title,
  )
  expect(new Set(titles).size).toBe(titles.length)
})

test('every setting is listed with its value, and an unknown preset by its id', () => {
  const titles = runFacts({ ...run, machine: null }).map(({ title }) => title)
  expect(titles.slice(-settingFields().length)).toEqual(settingFields().map(({ title }) => title))
  expect(titles).not.toContain('Memory')
  expect(factsOf({ ...run, preset: 'older' })['Preset']).toBe('older')
})
