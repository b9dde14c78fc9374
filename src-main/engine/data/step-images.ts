import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import type { InputValues, ProgramSpec, Tensors } from '../graph/program.ts'
import { changesLight, randomVariation, lightLength, movesPixels, viewLength } from './augment.ts'
import type { Augmentation } from './augment.ts'
import { BatchStream } from './batches.ts'
import { moved, imagesAt, relit, toUnit } from './pixels.ts'

/** How a step comes by its images. */
export interface ImagePlan {
  shape: ImageShape
  /** Images a step. */
  count: number
  settings: Augmentation
  /** How many images lie on the device, so that a step is told their places only; 0 when each brings their bytes. */
  resident: number
}

/** The part of a step's program that makes images of what it is given. */
export function imageInput({ shape, count, settings, resident }: ImagePlan): {
  state: ProgramSpec['state']
  feeds: ProgramSpec['feeds']
  /** Images `[length, h, w, c]` in [0, 1], varied: those from `first` on. */
  images: (state: Tensors, feeds: Tensors, part: { first: number; length: number }) => Tensor4D
} {
  const { height, width, channels } = shape
  const [moves, relights] = [movesPixels(settings), changesLight(settings)]
  return {
    state: resident > 0 ? { images: { shape: [resident, height, width, channels], dtype: 'uint8' } } : {},
    feeds: {
      ...(resident > 0
        ? { places: { shape: [count], dtype: 'int32' } }
        : { pixels: { shape: [count, height, width, channels], dtype: 'uint8' } }),
      ...(moves ? { views: { shape: [count, viewLength], dtype: 'float32' } } : {}),
      ...(relights ? { lights: { shape: [count, lightLength], dtype: 'float32' } } : {}),
    },
    images: (state, feeds, { first, length }) => {
      const whole = length === count
      const rows = (name: string) => {
        const all = feeds[name] as Tensor
        return whole ? all : tf.slice(all, first, length)
      }
      const bytes = () => {
        if (resident > 0) return imagesAt(state['images'] as Tensor, rows('places'))
        const all = feeds['pixels'] as Tensor
        return whole ? all : imagesAt(all, placesFrom(first, length))
      }
      let x = toUnit(bytes())
      if (moves) x = moved(x, rows('views') as Tensor2D)
      if (relights) x = relit(x, rows('lights') as Tensor2D)
      return x
    },
  }
}

const placesFrom = (first: number, length: number) =>
  tf.tensor1d(Int32Array.from({ length }, (_, i) => first + i))

/** Gives a program its images step by step; what a later step needs is read while the one before is computed. */
export class ImageFeed {
  private readonly dataset: Dataset
  private readonly plan: ImagePlan
  private readonly seed: number
  private readonly batches: BatchStream
  private ahead: { step: number; pixels: Promise<Uint8Array> } | null = null

  /** @param options `places` are positions of the images to learn from */
  constructor(dataset: Dataset, options: { plan: ImagePlan; seed: number; places: Uint32Array }) {
    const { plan, seed, places } = options
    this.dataset = dataset
    this.plan = plan
    this.seed = seed
    this.batches = new BatchStream({ batch: plan.count, seed, places })
  }

  /** What the program must be given once. */
  state(): InputValues {
    return this.plan.resident > 0 ? { images: this.dataset.all() } : {}
  }

  /** What step `step` (0 is the first) is given of its images. */
  async feeds(step: number): Promise<InputValues> {
    const { settings, shape, count, resident } = this.plan
    const { views, lights } = randomVariation({ settings, shape, count, seed: this.seed, step })
    return {
      ...(resident > 0 ? { places: this.batches.indices(step) } : { pixels: await this.pixels(step) }),
      ...(movesPixels(settings) ? { views } : {}),
      ...(changesLight(settings) ? { lights } : {}),
    }
  }

  /** Resolves when nothing is being read any more. */
  async end(): Promise<void> {
    await this.ahead?.pixels.catch(() => undefined)
  }

  private async pixels(step: number): Promise<Uint8Array> {
    const given = this.ahead?.step === step ? this.ahead.pixels : this.read(step)
    const pixels = await given
    const next = this.read(step + 1)
    // Told to whoever asks for that step.
    next.catch(() => undefined)
    this.ahead = { step: step + 1, pixels: next }
    return pixels
  }

  private read(step: number): Promise<Uint8Array> {
    return this.dataset.read(this.batches.indices(step))
  }
}
