import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { EncodeResult } from '#shared/sampling-messages.ts'
import type { ChosenImage } from '#shared/schemas/chosen-image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { encodingOf, stepsProblem } from './encoding-options.ts'
import type { EncodingOptions } from './encoding-options.ts'
import { useLatestResult } from './use-latest-result.ts'

/** Solver steps of a preview: few, so that it follows the slider. */
export const previewSteps = 4
/** Time after the last change until the image is generated with all steps, in ms. */
const settleMs = 250

export interface Strength {
  attribute: string
  strength: number
}

/**
 * One encoded image, changed by attributes. While sliders move it is generated in few steps, one request at a time and
 * always the newest; when they rest, in all steps.
 */
export function useMovedImage(
  run: RunRecord,
  options: EncodingOptions,
  { image, strengths }: { image: () => ChosenImage | null; strengths: () => Strength[] },
) {
  const encoding = useLatestResult<EncodeResult>()
  const { result: encoded } = encoding
  const moved = shallowRef<{ batch: PixelBatch; steps: number } | null>(null)
  const moveError = shallowRef<FlowerbedError | null>(null)
  const isMoving = shallowRef(false)
  /** Counts what is asked for; what answers an earlier count is outdated. */
  let wanted = 0
  let job = ''

  const problem = computed(() => stepsProblem(options.steps))
  const isMoved = computed(() => strengths().length > 0)
  /** What is to be seen: the reconstruction until an attribute has a strength. */
  const shown = computed(() => {
    if (isMoved.value && moved.value) return moved.value
    return encoded.value && { batch: encoded.value.reconstructions, steps: options.steps }
  })

  async function encode(): Promise<void> {
    const chosen = image()
    encoding.clear()
    moved.value = null
    if (!chosen || problem.value !== null) return
    const { steps } = options
    await encoding.load((encodingJob) =>
      request('latent.encode', {
        ...{ id: run.id, image: { ...chosen }, job: encodingJob, sampling: { steps } },
        ...encodingOf(options),
      }),
    )
    follow()
  }

  async function generate(steps: number): Promise<void> {
    const from = encoded.value
    if (!from) return
    job = crypto.randomUUID()
    const version = wanted
    const batch = await request('attributes.apply', {
      ...{ id: run.id, job, latent: from.latents, code: from.codes },
      ...{ strengths: strengths(), sampling: { steps } },
    })
    // A preview that is late is shown all the same, as the next one is on its way.
    if (version === wanted || steps === previewSteps) moved.value = { batch, steps }
  }

  async function followChanges(): Promise<void> {
    for (let done = -1; done !== wanted;) {
      const version = wanted
      if (options.steps > previewSteps) {
        await generate(previewSteps)
        if (version !== wanted) continue
        await new Promise((resolve) => setTimeout(resolve, settleMs))
        if (version !== wanted) continue
      }
      await generate(options.steps).catch(unlessCancelled)
      done = version
    }
  }

  /** Generates what the sliders ask for now. */
  function follow(): void {
    wanted += 1
    if (!encoded.value || problem.value !== null || !isMoved.value) return
    if (isMoving.value) {
      void request('gallery.cancel', { job })
      return
    }
    isMoving.value = true
    moveError.value = null
    followChanges()
      .catch((thrown: unknown) => {
        moveError.value = toFlowerbedError(thrown)
      })
      .finally(() => {
        isMoving.value = false
      })
  }

  watch(strengths, follow)
  watch([image, () => [options.encoder, options.encoderSeed, options.steps].join()], encode)
  onScopeDispose(() => {
    wanted += 1
    if (isMoving.value) void request('gallery.cancel', { job })
  })
  return { encoding, encoded, shown, isMoving, error: moveError, problem, encode }
}

function unlessCancelled(thrown: unknown): void {
  if (toFlowerbedError(thrown).kind !== 'cancelled') throw thrown
}
