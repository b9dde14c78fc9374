import { beforeEach, expect, test } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { nextTick, shallowRef } from 'vue'
import type { InterpolationEnd } from '#shared/ipc.ts'
import { useGrid } from '../../../../src-renderer/pages/interpolation/use-grid.ts'
import { useSlotImage } from '../../../../src-renderer/pages/interpolation/use-slot-image.ts'
import type { SlotImage } from '../../../../src-renderer/pages/interpolation/use-slot-image.ts'
import { useChosenImages } from '../../../../src-renderer/pages/interpolation/use-chosen-images.ts'
import { usePath } from '../../../../src-renderer/pages/interpolation/use-path.ts'
import { useNotices } from '../../../../src-renderer/composables/notices.ts'
import { fakeMain, mounted } from '../../../helpers/window-api.ts'

const run = {
  id: 'r',
  datasetId: 'faces',
  imageCount: 40,
  config: { posterior: true, sampleSteps: 10 },
} as unknown as RunRecord
const failure = new FlowerbedError('unavailable', 'The engine is busy.')
let main: ReturnType<typeof fakeMain>
const mountedPath = () =>
  mounted(() => {
    const chosen = useChosenImages(run)
    return { ...usePath(run, chosen), ...chosen }
  })
const mountedGrid = () => mounted(() => useGrid(run, useChosenImages(run)))
beforeEach(() => {
  main = fakeMain()
})

test('an interpolation of images that were exchanged meanwhile is not shown', async () => {
  const { used: path } = mountedPath()
  void path.interpolate()
  const old = main.last('latent.interpolate')
  path.choose(0, { kind: 'dataset', index: 7 })
  expect(path.busy.value).toBe(false)
  await old.answer('old')
  expect(path.result.value).toBeNull()

  void path.interpolate()
  const first = main.last('latent.interpolate')
  expect(first.argument).toMatchObject({
    images: [
      { kind: 'dataset', index: 7 },
      { kind: 'dataset', index: 20 },
    ],
  })
  path.reverse()
  void path.interpolate()
  const second = main.last('latent.interpolate')
  await second.answer('new')
  await first.answer('late')
  expect(path.result.value).toBe('new')
  expect(path.busy.value).toBe(false)
})

test('an old interpolation neither ends the wait for the new one nor tells of its failure', async () => {
  const { used: path } = mountedPath()
  void path.interpolate()
  const old = main.last('latent.interpolate')
  path.choose(1, { kind: 'dataset', index: 3 })
  void path.interpolate()
  await old.refuse(failure)
  expect(path.error.value).toBeNull()
  expect(path.busy.value).toBe(true)
  await main.last('latent.interpolate').refuse(failure)
  expect(path.error.value?.message).toBe('The engine is busy.')
  expect(path.busy.value).toBe(false)
})

test('an interpolation shows its own progress and can be cancelled, without an error', async () => {
  const { used: path } = mountedPath()
  path.options.pace = 'parameter'
  path.options.easing = 'ease-out'
  void path.interpolate()
  const asked = main.last('latent.interpolate')
  expect(asked.argument).toMatchObject({ pace: 'parameter', easing: 'ease-out' })
  const { job } = asked.argument as { job: string }
  await main.settled()
  main.tell({ type: 'sampling', job, share: 0.4 })
  main.tell({ type: 'sampling', job: 'another', share: 0.9 })
  expect(path.share.value).toBe(0.4)
  void path.cancel()
  expect(main.last('gallery.cancel').argument).toEqual({ job })
  await asked.refuse(new FlowerbedError('cancelled', 'The sampling was cancelled.'))
  expect(path.busy.value).toBe(false)
  expect(path.error.value).toBeNull()
})

test('an interpolation that is no longer wanted is cancelled', () => {
  const { used: path, leave } = mountedPath()
  const jobOf = () => (main.last('latent.interpolate').argument as { job: string }).job
  void path.interpolate()
  path.reverse()
  expect(main.of('gallery.cancel').map(({ argument }) => argument)).toEqual([{ job: jobOf() }])
  void path.interpolate()
  leave()
  expect(main.last('gallery.cancel').argument).toEqual({ job: jobOf() })
  expect(main.of('gallery.cancel')).toHaveLength(2)
})

test('a grid of corners that were exchanged meanwhile is not shown', async () => {
  const { used: grid } = mountedGrid()
  void grid.generate()
  const old = main.last('latent.grid')
  grid.choose(3, null)
  expect(grid.busy.value).toBe(false)
  void grid.generate()
  await main.last('latent.grid').answer('new')
  await old.answer('late')
  expect(grid.result.value).toBe('new')
})

test('a page that was left takes no answer', async () => {
  const { used: grid, leave } = mountedGrid()
  void grid.generate()
  leave()
  await main.last('latent.grid').answer('late')
  expect(grid.result.value).toBeNull()
})

test('a slot shows the image that was chosen last, and what the engine saw once that is known', async () => {
  const end = shallowRef<InterpolationEnd | null>({ kind: 'file', path: '/slow.png' })
  const original = shallowRef<SlotImage | null>(null)
  const asked: { resolve: (image: SlotImage) => void; reject: (thrown: unknown) => void }[] = []
  const find = () => new Promise<SlotImage>((resolve, reject) => asked.push({ resolve, reject }))
  const { used: shown } = mounted(() =>
    useSlotImage({ end: () => end.value, original: () => original.value, find }),
  )
  const image = (name: string) => ({ batch: name, index: 0 }) as unknown as SlotImage
  end.value = { kind: 'file', path: '/new.png' }
  await nextTick()
  end.value = { kind: 'file', path: '/newest.png' }
  await nextTick()
  asked[2]?.resolve(image('newest'))
  asked[0]?.resolve(image('slow'))
  asked[1]?.reject(failure)
  await main.settled()
  expect(shown.value).toEqual(image('newest'))
  expect(useNotices().notices).toEqual([])

  end.value = { kind: 'dataset', index: 3 }
  await nextTick()
  original.value = image('as the engine saw it')
  await nextTick()
  asked[3]?.resolve(image('preview'))
  await main.settled()
  expect(shown.value).toEqual(image('as the engine saw it'))
})
