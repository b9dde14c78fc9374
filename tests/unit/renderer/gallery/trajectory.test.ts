import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { shallowRef } from 'vue'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { useStatePlayer, useTrajectory } from '../../../../src-renderer/entities/samples/use-trajectory.ts'
import { fakeMain, mounted, partOf } from '../../../helpers/window-api.ts'

let main: ReturnType<typeof fakeMain>
beforeEach(() => {
  main = fakeMain()
})
const record = { id: 'sheet', runId: 'run-1' } as SampleRecord
const answered = (times: number[]) => partOf('gallery.trajectory', { times })

describe('the trajectory of a sample', () => {
  it('replaces one that is being recorded by the one that is asked for anew', async () => {
    const index = shallowRef(0)
    const steps = shallowRef<number | null>(null)
    const { used, leave } = mounted(() =>
      useTrajectory(() => ({ record, index: index.value, steps: steps.value })),
    )
    await main.settled()
    const first = main.last('gallery.trajectory')
    expect(first.argument).toMatchObject({ id: 'run-1', sample: 'sheet', image: 0 })
    index.value = 3
    await main.settled()
    steps.value = 32
    await main.settled()
    expect(main.of('gallery.trajectory')).toHaveLength(1)
    for (const cancelling of main.of('gallery.cancel')) await cancelling.answer(undefined)
    await first.refuse(Object.assign(new Error('cancelled'), { kind: 'cancelled' }))
    await main.settled()
    expect(main.of('gallery.trajectory')).toHaveLength(2)
    expect(main.last('gallery.trajectory').argument).toMatchObject({ image: 3, steps: 32 })
    expect(used.result.value).toBeNull()
    await main.last('gallery.trajectory').answer(answered([1, 0]))
    expect(used.result.value?.times).toEqual([1, 0])
    leave()
  })

  it('is cancelled when its view is left', async () => {
    const { leave } = mounted(() => useTrajectory(() => ({ record, index: 0, steps: null })))
    await main.settled()
    leave()
    const { job } = main.last('gallery.trajectory').argument as { job: string }
    expect(main.last('gallery.cancel').argument).toEqual({ job })
  })
})

describe('the player of states', () => {
  afterEach(() => {
    vi.useRealTimers()
  })
  it('shows the image first, plays once from the noise, and stops at the image', async () => {
    vi.useFakeTimers()
    const count = shallowRef(0)
    const { used, leave } = mounted(() => useStatePlayer(() => count.value))
    count.value = 9
    await vi.advanceTimersByTimeAsync(0)
    expect(used.state.value).toBe(8)
    used.toggle()
    expect(used.state.value).toBe(0)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(used.state.value).toBe(8)
    expect(used.isPlaying.value).toBe(false)
    used.show(-5)
    expect(used.state.value).toBe(0)
    leave()
  })
})
