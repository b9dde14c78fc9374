import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { InputValues, ProgramSpec, Tensors } from '../graph/program.ts'
import { augmentationSize } from '../model/nets/network.ts'
import { changesLight, randomAugmentation, lightLength, movesPixels, viewLength } from './augment.ts'
import type { Augmentation } from './augment.ts'
import { uniformStream } from '../rng.ts'
import { BatchStream } from './batches.ts'
import { transformed, imagesAt, jittered, toUnit } from './pixels.ts'
import type { TrainingImages } from './training-images.ts'

/** How a step gets its images. */
export interface ImagePlan {
  shape: ImageShape
  /** Images per step. */
  count: number
  settings: Augmentation
  /** How many images are on the device, so that a step is fed their indices only; 0 when it is fed their bytes. */
  resident: number
  /** The number of labels that the network is told, and how often it is not; absent where it never is. */
  labels?: { count: number; dropout: number } | undefined
}

/** Some of a step's images. */
interface Part {
  first: number
  length: number
}

/** The part of a step's program that makes images of its feeds. */
export function imageInput({ shape, count, settings, resident, labels }: ImagePlan): {
  state: ProgramSpec['state']
  feeds: ProgramSpec['feeds']
  /** Augmented images `[length, h, w, c]` in [0, 1], from image `first` on. */
  images: (state: Tensors, feeds: Tensors, part: Part) => Tensor4D
  /** How those images were augmented `[length, augmentationSize]`; undefined where the network is not told. */
  augmentation: (feeds: Tensors, part: Part) => Tensor2D | undefined
  /** The index of those images' labels, or their number for none `[length]`; undefined where the network is not told. */
  label: (feeds: Tensors, part: Part) => Tensor1D | undefined
} {
  const { height, width, channels } = shape
  const [moves, relights] = [movesPixels(settings), changesLight(settings)]
  const rowsOf = (all: Tensor, { first, length }: Part) =>
    length === count ? all : tf.slice(all, first, length)
  return {
    state: resident > 0 ? { images: { shape: [resident, height, width, channels], dtype: 'uint8' } } : {},
    feeds: {
      ...(resident > 0
        ? { indices: { shape: [count], dtype: 'int32' } }
        : { pixels: { shape: [count, height, width, channels], dtype: 'uint8' } }),
      ...(moves ? { views: { shape: [count, viewLength], dtype: 'float32' } } : {}),
      ...(relights ? { lights: { shape: [count, lightLength], dtype: 'float32' } } : {}),
      ...(settings.augmentCondition
        ? { augmentation: { shape: [count, augmentationSize], dtype: 'float32' } }
        : {}),
      ...(labels ? { label: { shape: [count], dtype: 'float32' } } : {}),
    },
    images: (state, feeds, part) => {
      const { first, length } = part
      const whole = length === count
      const rows = (name: string) => rowsOf(feeds[name] as Tensor, part)
      const bytes = () => {
        if (resident > 0) return imagesAt(state['images'] as Tensor, rows('indices'))
        const all = feeds['pixels'] as Tensor
        return whole ? all : imagesAt(all, range(first, length))
      }
      let x = toUnit(bytes())
      if (moves) x = transformed(x, rows('views') as Tensor2D)
      if (relights) x = jittered(x, rows('lights') as Tensor2D)
      return x
    },
    augmentation: ({ augmentation }, part) => augmentation && (rowsOf(augmentation, part) as Tensor2D),
    label: ({ label }, part) => label && (rowsOf(label, part) as Tensor1D),
  }
}

const range = (first: number, length: number) => tf.tensor1d(Int32Array.from({ length }, (_, i) => first + i))

/** The index of the labels of some of a dataset's images; `none` for images without one. */
export function labelsAt(
  { index: { labelOf } }: TrainingImages,
  { indices, none }: { indices: ArrayLike<number>; none: number },
): Float32Array {
  return Float32Array.from(indices, (image) => {
    const label = labelOf[image] ?? -1
    return label < 0 ? none : label
  })
}

/** The images of each step: step 0 is the first. */
export interface ImageOrder {
  indicesAt: (step: number) => Int32Array
}

/** Feeds a program its images step by step; the next step's images are read while a step is computed. */
export class ImageFeed {
  private readonly dataset: TrainingImages
  private readonly plan: ImagePlan
  private readonly seed: number
  private readonly order: ImageOrder
  private prefetched: { step: number; pixels: Promise<Uint8Array> } | null = null

  /** @param options `indices`: the training images, shuffled for each epoch where there is no `order` */
  constructor(
    dataset: TrainingImages,
    options: { plan: ImagePlan; seed: number; indices: Uint32Array; order?: ImageOrder | undefined },
  ) {
    const { plan, seed, indices, order } = options
    this.dataset = dataset
    this.plan = plan
    this.seed = seed
    this.order = order ?? new BatchStream({ batch: plan.count, seed, indices })
  }

  /** State that the program is given once. */
  state(): InputValues {
    return this.plan.resident > 0 ? { images: this.dataset.all() } : {}
  }

  /** The feeds of step `step` (0 is the first). */
  async feeds(step: number): Promise<InputValues> {
    const { settings, shape, count, resident, labels } = this.plan
    const { seed } = this
    const { views, lights, conditions } = randomAugmentation({ settings, shape, count, seed, step })
    return {
      ...(resident > 0 ? { indices: this.order.indicesAt(step) } : { pixels: await this.pixels(step) }),
      ...(movesPixels(settings) ? { views } : {}),
      ...(changesLight(settings) ? { lights } : {}),
      ...(settings.augmentCondition ? { augmentation: conditions } : {}),
      ...(labels ? { label: this.labels(step, labels) } : {}),
    }
  }

  /** The labels of a step's images, some of them left out at random (Ho and Salimans 2022, algorithm 1). */
  private labels(step: number, { count, dropout }: { count: number; dropout: number }): Float32Array {
    const uniform = uniformStream(this.seed, step, 'label dropout')
    const labels = labelsAt(this.dataset, { indices: this.order.indicesAt(step), none: count })
    return labels.map((label) => (uniform() < dropout ? count : label))
  }

  /** Resolves once no read is pending. */
  async end(): Promise<void> {
    await this.prefetched?.pixels.catch(() => undefined)
  }

  private async pixels(step: number): Promise<Uint8Array> {
    const read = this.prefetched?.step === step ? this.prefetched.pixels : this.read(step)
    const pixels = await read
    const next = this.read(step + 1)
    // An error is thrown to the caller of that step.
    next.catch(() => undefined)
    this.prefetched = { step: step + 1, pixels: next }
    return pixels
  }

  private read(step: number): Promise<Uint8Array> {
    return this.dataset.read(this.order.indicesAt(step))
  }
}
