import { randomUUID } from 'node:crypto'
import { directionEncoder } from '#shared/encoders.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { groupLimit } from '#shared/sampling-messages.ts'
import type { ImageGroup } from '#shared/sampling-messages.ts'
import type { AttributeGroup, AttributeRecord } from '#shared/schemas/attribute.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { undoMs } from '../runs/pending-deletions.ts'
import { chosenImages } from './chosen-images.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

/** Images of a label that are inverted: it takes about 50 evaluations each. */
const mostInverted = 48

/** Named directions of a run's latent space, and images changed by them. */
export function attributeHandlers(services: Services): HandlersOf<'attributes'> {
  const { store, runService, engine, deletions } = services
  const { sourceOf } = chosenImages(services)

  async function groupOf(run: RunRecord, group: AttributeGroup): Promise<ImageGroup> {
    if (group.kind === 'images') {
      return { kind: 'images', images: await Promise.all(group.images.map((one) => sourceOf(run, one))) }
    }
    if (run.datasetId === null)
      throw new FlowerbedError('not-found', errorText('direction.imagesDeleted'), { where: run.id })
    const { directory: datasetDirectory } = store.datasets.get(run.datasetId)
    const most = directionEncoder(run.config) === 'inversion' ? mostInverted : groupLimit
    return { ...group, datasetDirectory, seed: 1, most }
  }

  async function find(
    attribute: Pick<AttributeRecord, 'id' | 'name' | 'add' | 'subtract' | 'createdAt'>,
    { runId, job }: { runId: string; job: string },
  ): Promise<AttributeRecord> {
    const run = store.runs.get(runId)
    const [add, subtract] = await Promise.all([groupOf(run, attribute.add), groupOf(run, attribute.subtract)])
    const encoder = directionEncoder(run.config)
    const { values, ...found } = await runService.withModel(runId, (model) =>
      engine.request('direction', { model, device: run.deviceChoice, job, encoder, add, subtract }),
    )
    const record = { ...attribute, ...found }
    store.attributes.save(store.runs.key(runId), record, values)
    return { ...record, runId }
  }

  return {
    'attributes.list': ({ id }) =>
      store.attributes.list(store.runs.key(id)).filter((attribute) => !deletions.hides(attribute.id)),
    'attributes.create': ({ id: runId, job, ...attribute }) =>
      find({ ...attribute, id: randomUUID(), createdAt: Date.now() }, { runId, job }),
    'attributes.update': ({ id: runId, attribute, job }) => {
      const { id, name, add, subtract, createdAt } = store.attributes.get(store.runs.key(runId), attribute)
      return find({ id, name, add, subtract, createdAt }, { runId, job })
    },
    'attributes.rename': ({ id, attribute, name }) =>
      store.attributes.rename(store.runs.key(id), attribute, name),
    'attributes.delete': ({ id, attribute }) => {
      const key = store.runs.key(id)
      // The window shows it again by itself.
      const deletion = deletions.add({
        ...{ work: () => store.attributes.delete(key, attribute), undo: () => undefined },
        hides: [attribute],
      })
      return { deletion, undoMs }
    },
    'attributes.apply': async ({ id, strengths, ...request }) => {
      const run = store.runs.get(id)
      const key = store.runs.key(id)
      const directions = strengths.map(({ attribute, strength }) => ({
        values: store.attributes.direction(key, attribute),
        strength,
      }))
      return await runService.withModel(id, (model) =>
        engine.request('move', { model, device: run.deviceChoice, ...request, directions }),
      )
    },
  }
}
