import type { EvaluateRequest } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { evaluationCounts } from '#shared/schemas/evaluation.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'
import { splitImages } from '../data/split.ts'
import { labelsAt } from '../data/step-images.ts'
import { chooseImages } from './image-choice.ts'
import type { ImageChoice } from './image-choice.ts'

/** Most bytes of one set of images, which is in memory. */
const mostBytes = 2 ** 28

/** The images of an evaluation, opened until `close`. */
export interface EvaluationImages {
  training: Dataset
  against: Dataset
  choice: ImageChoice
  originals: PixelBatch
  close: () => void
}

/**
 * Opens and chooses the images of an evaluation before anything is generated.
 * @throws FlowerbedError `bad-input` for a count out of range, other images of another size, or too few images
 */
export function openImages(request: EvaluateRequest): EvaluationImages {
  const { model, count, seed } = request
  const { min, max } = evaluationCounts
  if (!Number.isInteger(count) || count < min || count > max)
    throw new FlowerbedError('bad-input', errorText('evaluation.count', { min, max }), {
      where: 'count',
    })
  const training = new Dataset(request.datasetDirectory, request)
  let against = training
  const close = () => {
    training.close()
    if (against !== training) against.close()
  }
  try {
    if (request.against) against = new Dataset(request.against.datasetDirectory)
    for (const { index } of [training, against]) checkShape(index.shape, model.shape)
    const { validationShare: share, seed: splitSeed } = model.config
    const split = splitImages({ count: training.count, share, seed: splitSeed })
    const choice = chooseImages({
      ...{ training: split.training, seed },
      count: Math.min(count, Math.floor(mostBytes / imageBytes(model.shape))),
      against: request.against ? against.count : null,
    })
    return { training, against, choice, originals: training.images(choice.originals), close }
  } catch (thrown) {
    close()
    throw thrown
  }
}

/**
 * The label of each sample of an evaluation: that of a training image chosen at random, so that labels are as frequent as among
 * the images; undefined without labels.
 */
export function labelsOfSamples(
  { training, choice: { originals, count } }: Pick<EvaluationImages, 'training' | 'choice'>,
  labelCount: number,
): Float32Array | undefined {
  if (labelCount === 0) return undefined
  const indices = Array.from({ length: count }, (_, i) => originals[i % originals.length] ?? 0)
  return labelsAt(training, { indices, none: labelCount })
}

function checkShape(found: ImageShape, shape: ImageShape): void {
  const { height, width, channels } = shape
  if (found.height === height && found.width === width && found.channels === channels) return
  throw new FlowerbedError(
    'bad-input',
    errorText('evaluation.imageShape', {
      width: found.width,
      height: found.height,
      channels: found.channels,
      trainedWidth: width,
      trainedHeight: height,
      trainedChannels: channels,
    }),
  )
}
