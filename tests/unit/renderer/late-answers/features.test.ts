import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Reconstruction } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { useImport } from '../../../../src-renderer/entities/datasets/import-store.ts'
import { useReconstructions } from '../../../../src-renderer/pages/experiment/use-reconstructions.ts'
import { useSampling } from '../../../../src-renderer/pages/gallery/use-sampling.ts'
import { useMemoryEstimate } from '../../../../src-renderer/entities/runs/use-memory-estimate.ts'
import type { MemoryQuestion } from '../../../../src-renderer/entities/runs/use-memory-estimate.ts'
import { useAppSettings } from '../../../../src-renderer/pages/settings/use-app-settings.ts'
import { useCurves } from '../../../../src-renderer/entities/runs/use-curves.ts'
import { useNotices } from '../../../../src-renderer/composables/notices.ts'
import { fakeMain, mounted } from '../../../helpers/window-api.ts'

let main: ReturnType<typeof fakeMain>
beforeEach(() => {
  main = fakeMain()
})
afterEach(() => {
  vi.useRealTimers()
})
const shape = { width: 8, height: 8, channels: 3 } as const

test('an estimate of settings that have changed since is not shown', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const question = shallowRef<MemoryQuestion | null>({ shape, preset: 'a', changes: {} })
  const { used: memory } = mounted(() => useMemoryEstimate(() => question.value))
  vi.runAllTimers()
  const old = main.last('runs.estimate')
  question.value = { shape, preset: 'b', changes: {} }
  await nextTick()
  // The new question waits for the typing to end.
  void old.answer('old')
  await vi.advanceTimersByTimeAsync(10)
  expect(memory.estimate.value).toBeNull()
  await vi.advanceTimersByTimeAsync(1000)
  const newer = main.last('runs.estimate')
  expect(newer.argument).toMatchObject({ preset: 'b' })
  void newer.answer('new')
  await vi.advanceTimersByTimeAsync(10)
  expect(memory.estimate.value).toBe('new')
})

test('curves of the previous run are not added to the next one', async () => {
  const id = shallowRef('a')
  const { used: live } = mounted(() => useCurves(() => id.value))
  const series = (steps: number[]) => ({
    steps: Float64Array.from(steps),
    seconds: Float64Array.from(steps),
    values: {},
  })
  id.value = 'b'
  await nextTick()
  const [ofA, ofB] = main.of('runs.metrics')
  await ofB?.answer(series([1, 2]))
  await ofA?.answer(series([1, 2, 3, 4]))
  expect([...live.curves.value.store.steps]).toEqual([1, 2])
})

test('several changes of the settings all apply, and a rejected one is reverted', async () => {
  const { used } = mounted(useAppSettings)
  const { settings, error, change } = used
  await main.last('app.info').answer({ settings: { device: 'auto', theme: 'system' } })
  void change({ device: 'cpu' })
  void change({ theme: 'dark' })
  const [device, theme] = main.of('app.settings')
  await theme?.answer({ device: 'cpu', theme: 'dark' })
  // It was computed before the theme was changed.
  await device?.answer({ device: 'cpu', theme: 'system' })
  await main.last('app.info').answer({ settings: { device: 'cpu', theme: 'dark' } })
  expect(settings.value).toEqual({ device: 'cpu', theme: 'dark' })

  void change({ theme: 'light' })
  await main.last('app.settings').refuse(new FlowerbedError('no-space', 'The disk is full.'))
  await main.last('app.info').answer({ settings: { device: 'cpu', theme: 'dark' } })
  expect([settings.value?.theme, error.value?.message]).toEqual(['dark', 'The disk is full.'])
})

test('a seed that was typed while sampling stays', async () => {
  const run = { id: 'r', config: { sampleSteps: 10 } } as unknown as RunRecord
  const { used: sampling } = mounted(() => useSampling(run, { onSampled: () => undefined }))
  sampling.options.seed = 5
  void sampling.generate()
  await main.last('gallery.sample').answer({})
  expect(sampling.options.seed).toBe(6)
  void sampling.generate()
  sampling.options.seed = 500
  await main.last('gallery.sample').answer({})
  expect(sampling.options.seed).toBe(500)
})

test('a reconstruction from an event is not replaced by an older answer', async () => {
  const runs = shallowRef([{ id: 'a' }, { id: 'b' }] as RunRecord[])
  const { used } = mounted(() => useReconstructions(() => runs.value))
  const reconstruction = (step: number) => ({ runId: 'a', step, error: [] }) as unknown as Reconstruction
  const first = main.last('experiments.reconstruction')
  main.tell({ type: 'reconstruction', reconstruction: reconstruction(20) })
  await first.answer(reconstruction(10))
  expect(used.byRun.value.get('a')?.step).toBe(20)
})

const report = (scan: string) => ({ scan, count: 1, suggested: { name: 'x' } })

test('a scan that answers after it was cancelled is not shown and is dropped', async () => {
  const importing = useImport()
  void importing.scan(['/a'])
  await main.last('datasets.ofPaths').answer(null)
  void importing.cancel()
  await main.last('datasets.scan').answer(report('s1'))
  expect([importing.phase, importing.open]).toEqual(['none', false])
  expect(main.last('datasets.forgetScan').argument).toEqual({ scan: 's1' })
})

test('a dataset does not replace an import in progress', async () => {
  const importing = useImport()
  void importing.scan(['/a'])
  await main.last('datasets.ofPaths').answer(null)
  importing.hide()
  importing.prepareTraining({ id: 'd' } as DatasetRecord)
  expect([importing.phase, importing.open]).toEqual(['scanning', true])
  expect(useNotices().notices.at(-1)?.message).toContain('An import is in progress.')
  await main.last('datasets.scan').answer(report('s2'))
  expect(importing.phase).toBe('options')
  importing.prepareTraining({ id: 'd' } as DatasetRecord)
  expect([importing.phase, importing.dataset?.id]).toEqual(['ready', 'd'])
  expect(main.last('datasets.forgetScan').argument).toEqual({ scan: 's2' })
})

test('images that are a dataset already are not scanned unasked, and nothing is once that is cancelled', async () => {
  const importing = useImport()
  void importing.scan(['/a'])
  await main.last('datasets.ofPaths').answer({ id: 'd', name: 'A' })
  expect([importing.phase, importing.dataset?.id]).toEqual(['known', 'd'])
  expect(main.of('datasets.scan')).toEqual([])
  void importing.scanKnown()
  expect(importing.phase).toBe('scanning')
  await main.last('datasets.scan').answer(report('s3'))
  expect(importing.phase).toBe('options')

  void importing.scan(['/b'])
  void importing.cancel()
  await main.last('datasets.ofPaths').answer(null)
  expect([importing.phase, main.of('datasets.scan').length]).toEqual(['none', 1])
})
