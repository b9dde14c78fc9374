import { computed, reactive } from 'vue'
import type { ComputedRef } from 'vue'
import { importOptionsSchema } from '#shared/schemas/dataset.ts'
import type { ImportOptions, ScanReport } from '#shared/schemas/dataset.ts'
import type { TrainingImages } from '../../entities/runs/run-choice.ts'

/** The options of an import as they are typed. */
export interface ImageOptions {
  form: {
    name: string
    /** `<width>x<height>`, or `other` with the two that follow. */
    size: string
    width: string
    height: string
    channels: string
    fit: ImportOptions['fit']
    labels: boolean
  }
  /** null while one of them is invalid. */
  options: ComputedRef<ImportOptions | null>
  /** What a run on these images goes by; null while an option is invalid. */
  images: ComputedRef<TrainingImages | null>
  /** What is wrong with an option; empty if nothing is. */
  problemOf: (key: keyof ImportOptions) => string
}

/** The name, with the first number that tells it from those of other datasets. */
function unusedName(name: string, taken: readonly string[]): string {
  let unused = name
  for (let number = 2; taken.includes(unused); number++) unused = `${name} ${number}`
  return unused
}

/**
 * The options of an import, with the suggested ones filled in.
 * @param taken names of other datasets
 */
export function useImageOptions(report: ScanReport, taken: readonly string[] = []): ImageOptions {
  const { suggested } = report
  const { width, height, channels, fit, labels } = suggested
  const form = reactive({
    ...{
      name: unusedName(suggested.name, taken),
      size: `${width}x${height}`,
      width: String(width),
      height: String(height),
    },
    ...{ channels: String(channels), fit, labels },
  })
  const parsed = computed(() => {
    const [w, h] = form.size === 'other' ? [form.width, form.height] : form.size.split('x')
    return importOptionsSchema.safeParse({
      ...{ name: form.name, width: w, height: h, channels: Number(form.channels) },
      ...{ fit: form.fit, labels: form.labels },
    })
  })
  const options = computed(() => (parsed.value.success ? parsed.value.data : null))
  const images = computed(() => {
    if (!options.value) return null
    const { name: chosen, width: w, height: h, channels: c } = options.value
    const names = options.value.labels ? report.labels.map((label) => label.name) : []
    return { name: chosen, shape: { width: w, height: h, channels: c }, count: report.count, labels: names }
  })

  function problemOf(key: keyof ImportOptions): string {
    if (parsed.value.success) return ''
    return parsed.value.error.issues.find((issue) => issue.path[0] === key)?.message ?? ''
  }
  return { form, options, images, problemOf }
}
