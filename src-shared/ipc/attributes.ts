import { z } from 'zod'
import { attributeGroupSchema, attributeNameSchema, strengthRange } from '#shared/schemas/attribute.ts'
import type { AttributeRecord } from '#shared/schemas/attribute.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { samplingSchema } from '#shared/schemas/sampling.ts'
import type { Deletion } from '#shared/ipc/storage.ts'
import { byId, channel, type } from '#shared/ipc/channel.ts'

const ofAttribute = z.strictObject({ id: z.string(), attribute: z.string() })
const numbers = z.custom<Float32Array>((value) => value instanceof Float32Array)

/** Named directions of a run, to change images by. Progress and cancelling of what takes a while go by `job`. */
export const attributeChannels = {
  'attributes.list': channel({ input: byId, output: type<AttributeRecord[]>() }),
  /** Finds the direction from one group to the other, and keeps it. */
  'attributes.create': channel({
    input: byId.extend({
      ...{ job: z.string(), name: attributeNameSchema },
      ...{ add: attributeGroupSchema, subtract: attributeGroupSchema },
    }),
    output: type<AttributeRecord>(),
  }),
  /** Finds it again with the present weights. */
  'attributes.update': channel({
    input: ofAttribute.extend({ job: z.string() }),
    output: type<AttributeRecord>(),
  }),
  'attributes.rename': channel({
    input: ofAttribute.extend({ name: attributeNameSchema }),
    output: type<void>(),
  }),
  'attributes.delete': channel({ input: ofAttribute, output: type<Deletion>() }),
  /** An encoded image, changed by attributes. */
  'attributes.apply': channel({
    input: byId.extend({
      ...{ job: z.string(), latent: numbers, code: numbers.nullable() },
      strengths: z
        .array(
          z.strictObject({
            attribute: z.string(),
            strength: z.number().min(strengthRange.min).max(strengthRange.max),
          }),
        )
        .max(32),
      sampling: samplingSchema,
    }),
    output: type<PixelBatch>(),
  }),
}
