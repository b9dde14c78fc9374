import { beforeEach, expect, test } from 'vitest'
import type { RunRecord } from '#shared/schemas/run.ts'
import { useInterpolations } from '../../../../src-renderer/pages/interpolation/interpolation-store.ts'
import { advance } from '../../../../src-renderer/pages/interpolation/use-player.ts'
import { fakeMain } from '../../../helpers/window-api.ts'

const runOf = (id: string) =>
  ({
    id,
    datasetId: 'faces',
    imageCount: 40,
    config: { posterior: true, sampleSteps: 10 },
  }) as unknown as RunRecord
const image = (index: number) => ({ kind: 'dataset' as const, index })
let main: ReturnType<typeof fakeMain>
beforeEach(() => {
  main = fakeMain()
})

test('what was chosen and generated is still there after a visit to another run', async () => {
  const store = useInterpolations()
  const { chosen, path } = store.of(runOf('a'))
  chosen.add([image(7)])
  void path.interpolate()
  // The page is left while it is generated.
  store.of(runOf('b'))
  await main.last('latent.interpolate').answer('frames')
  const again = store.of(runOf('a'))
  expect(again.chosen.images.value).toEqual([image(0), image(20), image(7)])
  expect(again.path.result.value).toBe('frames')
  expect(store.of(runOf('b')).chosen.images.value).toHaveLength(2)
})

test('a run that is deleted is forgotten, and what it generates is cancelled', async () => {
  const store = useInterpolations()
  const before = store.of(runOf('a'))
  void before.path.interpolate()
  await main.settled()
  main.tell({ type: 'runDeleted', id: 'a' })
  expect(main.of('gallery.cancel')).toHaveLength(1)
  expect(store.of(runOf('a'))).not.toBe(before)
})

test('path and grid share their images, and each result ends with its own', async () => {
  const { chosen, path, grid } = useInterpolations().of(runOf('a'))
  chosen.choose(1, image(3))
  expect(grid.corners.value).toEqual([image(0), image(3), image(10), image(30)])
  void grid.generate()
  await main.last('latent.grid').answer('grid')
  void path.interpolate()
  await main.last('latent.interpolate').answer('path')
  // The fourth corner chosen, the third one counts as chosen, too.
  grid.choose(3, image(9))
  expect(chosen.images.value).toEqual([image(0), image(3), image(10), image(9)])
  expect([grid.result.value, path.result.value]).toEqual([null, null])

  void grid.generate()
  await main.last('latent.grid').answer('grid')
  // A fifth keyframe is no corner.
  chosen.add([image(11)])
  expect(grid.result.value).toBe('grid')
  grid.choose(3, null)
  expect(grid.corners.value[3]).toBeNull()
  expect(chosen.images.value).toHaveLength(5)
})

test('keyframes are moved, removed, reversed, and no more than twelve', () => {
  const { chosen } = useInterpolations().of(runOf('a'))
  const { images, add, move, remove, reverse } = chosen
  add([image(1), image(2)])
  const indices = () => images.value.map((one) => (one.kind === 'dataset' ? one.index : -1))
  move(3, 0)
  expect(indices()).toEqual([2, 0, 20, 1])
  move(0, 4)
  move(0, -1)
  expect(indices()).toEqual([2, 0, 20, 1])
  remove(1)
  reverse()
  expect(indices()).toEqual([1, 20, 2])
  add(Array.from({ length: 20 }, () => image(5)))
  expect(indices()).toHaveLength(12)
  chosen.choose(12, image(6))
  expect(indices()).toHaveLength(12)
})

test('playing moves on by the time that has passed, and begins again after the last frame', () => {
  const at = (position: number, elapsedMs: number) => advance(position, { length: 10, elapsedMs, rate: 25 })
  expect(at(0, 39)).toEqual({ position: 0, restMs: 39 })
  expect(at(0, 41)).toEqual({ position: 1, restMs: 1 })
  expect(at(8, 120)).toEqual({ position: 1, restMs: 0 })
})
