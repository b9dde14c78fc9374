import { beforeEach, expect, test, vi } from 'vitest'
import type { AttributeRecord } from '#shared/schemas/attribute.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { useAttributes } from '../../../../src-renderer/pages/interpolation/use-attributes.ts'
import { previewSteps } from '../../../../src-renderer/pages/interpolation/use-moved-image.ts'
import { draftOf, groupOf, isComplete } from '../../../../src-renderer/pages/interpolation/attribute-draft.ts'
import { useChosenImages } from '../../../../src-renderer/pages/interpolation/use-chosen-images.ts'
import { useNotices } from '../../../../src-renderer/composables/notices.ts'
import { fakeMain, mounted, partOf } from '../../../helpers/window-api.ts'

const run = {
  ...{ id: 'a', datasetId: 'faces', imageCount: 40 },
  config: { posterior: true, code: 0, sampleSteps: 10 },
} as unknown as RunRecord
const smile = { id: 'smile', name: 'Smile', createdAt: 1 } as AttributeRecord
const encoded = partOf('latent.encode', { latents: Float32Array.of(1, 2), codes: null })
let main: ReturnType<typeof fakeMain>
beforeEach(() => {
  main = fakeMain()
})

async function opened() {
  const { used, leave } = mounted(() => useAttributes(run, useChosenImages(run)))
  void used.open()
  await main.last('latent.encode').answer(encoded)
  await main.last('attributes.list').answer([smile])
  return { used, leave }
}
const stepsAsked = () =>
  main
    .of('attributes.apply')
    .map(({ argument }) => (argument as { sampling: { steps: number } }).sampling.steps)

test('an image without changes is its reconstruction, and asks for nothing', async () => {
  const { used, leave } = await opened()
  expect(main.last('latent.encode').argument).toMatchObject({ image: { index: 0 }, sampling: { steps: 10 } })
  expect(used.moved.shown.value?.steps).toBe(10)
  expect(stepsAsked()).toEqual([])
  leave()
})

test('a moving slider asks for one preview at a time, and at rest for all steps', async () => {
  const { used, leave } = await opened()
  used.strengths.set('smile', 0.5)
  await main.settled()
  used.strengths.set('smile', 0.6)
  await main.settled()
  used.strengths.set('smile', 0.7)
  await main.settled()
  // The second and third wait for the first; the second is never asked for.
  expect(stepsAsked()).toEqual([previewSteps])
  await main.last('attributes.apply').answer('preview of 0.5')
  expect(stepsAsked()).toEqual([previewSteps, previewSteps])
  expect(main.last('attributes.apply').argument).toMatchObject({
    strengths: [{ attribute: 'smile', strength: 0.7 }],
  })
  await main.last('attributes.apply').answer('preview of 0.7')
  expect(used.moved.shown.value).toEqual({ batch: 'preview of 0.7', steps: previewSteps })
  await vi.waitFor(() => expect(stepsAsked().at(-1)).toBe(10))
  await main.last('attributes.apply').answer('all of 0.7')
  expect(used.moved.shown.value).toEqual({ batch: 'all of 0.7', steps: 10 })
  expect(used.moved.isMoving.value).toBe(false)
  leave()
})

test('a slider that moves again cancels what is generated in all steps', async () => {
  const { used, leave } = await opened()
  used.strengths.set('smile', 1)
  await main.settled()
  await main.last('attributes.apply').answer('preview')
  await vi.waitFor(() => expect(stepsAsked().at(-1)).toBe(10))
  const all = main.last('attributes.apply')
  used.strengths.set('smile', 2)
  await main.settled()
  const { job } = all.argument as { job: string }
  expect(main.last('gallery.cancel').argument).toEqual({ job })
  await all.answer('outdated')
  expect(used.moved.shown.value?.batch).toBe('preview')
  expect(main.last('attributes.apply').argument).toMatchObject({ strengths: [{ strength: 2 }] })
  leave()
})

test('an attribute that was found is listed at once; a deleted one changes nothing any more', async () => {
  const { used, leave } = await opened()
  const draft = draftOf(['happy', 'sad'])
  expect([isComplete(draft.add), isComplete(draft.subtract)]).toEqual([true, true])
  expect(groupOf(draft.subtract)).toEqual({ kind: 'label', label: 'happy', others: true })
  expect(isComplete({ ...draft.add, kind: 'images' })).toBe(false)
  void used.create({ name: 'Hat', add: groupOf(draft.add), subtract: groupOf(draft.subtract) })
  await main.last('attributes.create').answer({ ...smile, id: 'hat', name: 'Hat', createdAt: 2 })
  expect(used.records.value.map(({ id }) => id)).toEqual(['smile', 'hat'])
  void used.rename('hat', 'Cap')
  await main.last('attributes.rename').answer(undefined)
  expect(used.records.value[1]?.name).toBe('Cap')
  used.strengths.set('smile', 1)
  void used.remove('smile')
  await main.last('attributes.delete').answer({ deletion: 'one', undoMs: 10_000 })
  expect(used.records.value.map(({ id }) => id)).toEqual(['hat'])
  expect(used.strengths.has('smile')).toBe(false)
  useNotices().notices[0]?.action?.run()
  expect(main.last('storage.undo').argument).toEqual({ deletion: 'one' })
  await main.last('storage.undo').answer(undefined)
  expect(used.records.value.map(({ id }) => id)).toEqual(['smile', 'hat'])
  expect(used.strengths.get('smile')).toBe(1)
  leave()
})
