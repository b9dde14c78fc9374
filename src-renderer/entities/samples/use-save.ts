import { computed, shallowRef } from 'vue'
import { formatBytes, formatFixed } from '#shared/format.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { fitsVideo, frameRate, playingOrder } from '#shared/schemas/image-file.ts'
import type { ImageFileFormat, SavedImages } from '#shared/schemas/image-file.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'
import { useJob } from './use-job.ts'
import { t } from '../../i18n.ts'

/** What an animation may be saved as. */
export const animationFormats = ['gif', 'webp', 'mp4', 'frames'] as const satisfies readonly ImageFileFormat[]

/** How an animation is saved. */
export interface SaveOptions {
  format: (typeof animationFormats)[number]
  framesPerSecond: number
  backAndForth: boolean
  enlarge: number
}

export const defaultSaveOptions = (): SaveOptions => ({
  format: 'gif',
  framesPerSecond: 24,
  backAndForth: true,
  enlarge: 4,
})

/** Saves the frames of an animation, with progress and cancelling. */
export function useSave(
  chosen: SaveOptions,
  options: {
    frames: () => PixelBatch
    /** Whether they are a loop, which has no end to turn back at. */
    closed: () => boolean
    name: () => string
  },
) {
  const { frames, closed, name } = options
  const turnsBack = () => chosen.backAndForth && !closed()
  const notices = useNotices()
  const { share, error, run, cancel } = useJob('images.cancel')
  const saved = shallowRef<SavedImages | null>(null)

  const problem = computed(() => {
    const { framesPerSecond: rate, format } = chosen
    const { width, height } = frames()
    if (format === 'mp4' && !fitsVideo(width * chosen.enlarge, height * chosen.enlarge))
      return t('common.animation.tooLarge')
    const isPossible = rate >= frameRate.min && rate <= frameRate.max
    return format === 'frames' || isPossible ? null : t('common.animation.problem', frameRate)
  })
  /** How much there will be of it: files, or frames and seconds. */
  const summary = computed(() => {
    const { format, framesPerSecond } = chosen
    const { count } = frames()
    if (format === 'frames') return t('common.animation.summaryFiles', { count })
    const played = playingOrder(count, turnsBack()).length
    const seconds = formatFixed(played / framesPerSecond, 1)
    return t('common.animation.summary', { count: played, seconds })
  })
  const done = computed(() => {
    if (!saved.value) return null
    const { path, bytes } = saved.value
    const file = path.split(/[\\/]/).at(-1) ?? path
    return t('common.animation.done', { file, size: formatBytes(bytes) })
  })

  async function save(): Promise<void> {
    if (problem.value !== null) return
    saved.value = null
    const { format, enlarge, framesPerSecond } = chosen
    saved.value = await run((job) =>
      request('images.save', {
        ...{ format, backAndForth: turnsBack(), enlarge, job, images: frames(), name: name() },
        ...(format === 'frames' ? {} : { framesPerSecond }),
      }),
    )
  }
  async function reveal(): Promise<void> {
    if (!saved.value) return
    try {
      await request('images.reveal', { path: saved.value.path })
    } catch (thrown) {
      notices.addError(thrown)
    }
  }
  return { share, error, problem, summary, done, save, cancel, reveal }
}
