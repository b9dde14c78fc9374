import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextTick, ref, shallowRef } from 'vue'
import type { WorkerChoice } from '#shared/workers.ts'
import type { TrainingImages } from '../../../../src-renderer/entities/runs/run-choice.ts'
import { useRunDraft } from '../../../../src-renderer/entities/runs/run-draft.ts'
import { usePreparedRun } from '../../../../src-renderer/entities/runs/use-prepared-run.ts'
import { fakeMain, mounted } from '../../../helpers/window-api.ts'

let main: ReturnType<typeof fakeMain>
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  main = fakeMain()
})
afterEach(() => {
  vi.useRealTimers()
})

function sheet() {
  const target = ref<string | null>(null)
  const images = shallowRef<TrainingImages | null>({
    ...{ name: 'x', shape: { height: 8, width: 8, channels: 3 }, count: 20, labels: [] },
  })
  const workers = shallowRef<WorkerChoice | null>(null)
  const { used, leave } = mounted(() => {
    const draft = useRunDraft('fast', {}, () => [])
    const run = { draft, target, workers, images: () => images.value, device: shallowRef(null) }
    return { draft, ...usePreparedRun(run) }
  })
  return { ...used, leave, target, images }
}
const asked = () => main.asked.map(({ channel }) => channel)
const changed = async (ms: number) => {
  await nextTick()
  vi.advanceTimersByTime(ms)
}

test('a run is prepared once its settings have not changed for a second', async () => {
  const { images } = sheet()
  await changed(900)
  images.value = { ...images.value!, count: 30 }
  await changed(900)
  expect(asked()).toEqual([])
  await changed(100)
  expect(asked()).toEqual(['runs.prepare'])
  expect(main.last('runs.prepare').argument).toEqual({
    images: { shape: { height: 8, width: 8, channels: 3 }, count: 30, labels: [] },
    ...{ preset: 'fast', changes: {} },
  })
})

test('it is freed when the sheet is closed, or another computer is to train it', async () => {
  const { leave, target } = sheet()
  await changed(1000)
  target.value = 'elsewhere'
  await changed(0)
  expect(asked()).toEqual(['runs.prepare', 'runs.dropPrepared'])
  target.value = null
  await changed(1000)
  leave()
  expect(asked().slice(2)).toEqual(['runs.prepare', 'runs.dropPrepared'])
})

test('it is kept when the run starts, and nothing is asked for after the sheet is closed', async () => {
  const first = sheet()
  await changed(1000)
  first.keep(true)
  first.leave()
  const second = sheet()
  await changed(500)
  second.leave()
  await changed(1000)
  expect(asked()).toEqual(['runs.prepare'])
})
