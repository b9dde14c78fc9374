import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { DatasetRecord, ImportOptions, ImportProgress, ScanReport } from '#shared/schemas/dataset.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'

export type ImportPhase = 'none' | 'scanning' | 'options' | 'packing' | 'ready' | 'error'

/** Thumbnails shown while a scan goes on. */
const seenAtMost = 96

/** One import at a time, from dropped paths to a dataset ready to learn from. */
export const useImport = defineStore('import', () => {
  const notices = useNotices()
  const phase = shallowRef<ImportPhase>('none')
  /** Whether its sheet is on screen; the work goes on behind. */
  const open = shallowRef(false)
  const paths = shallowRef<string[]>([])
  /** Whose images they are, where that says more than a path. */
  const origin = shallowRef<string | null>(null)
  const progress = shallowRef<ImportProgress | null>(null)
  const seen = shallowRef<PixelBatch[]>([])
  const report = shallowRef<ScanReport | null>(null)
  const dataset = shallowRef<DatasetRecord | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  let job = ''
  /** The part that the user has given up; its result may still come. */
  let cancelled = ''

  on('import', (event) => {
    if (event.job !== job) return
    progress.value = event.progress
    const { thumbnails } = event.progress
    const count = seen.value.reduce((sum, batch) => sum + batch.count, 0)
    if (thumbnails && count < seenAtMost) seen.value = [...seen.value, thumbnails]
  })

  const working = () => phase.value === 'scanning' || phase.value === 'packing'

  function reset(to: ImportPhase): void {
    phase.value = to
    progress.value = null
    error.value = null
  }

  /** Runs one part of the import; what goes wrong is shown in the sheet, a cancel closes it. */
  async function part<T>(task: (job: string) => Promise<T>): Promise<T | null> {
    const mine = crypto.randomUUID()
    job = mine
    try {
      const result = await task(mine)
      if (job !== mine) return null
      if (cancelled !== mine) return result
      // Cancelled too late to be refused.
      close()
      return null
    } catch (thrown) {
      if (job !== mine) return null
      const problem = toFlowerbedError(thrown)
      if (problem.kind === 'cancelled') close()
      else {
        reset('error')
        error.value = problem
        open.value = true
      }
      return null
    }
  }

  async function scan(dropped: string[], demo?: { name: string; origin: string }): Promise<void> {
    if (dropped.length === 0) return
    open.value = true
    if (working()) {
      notices.add({
        level: 'info',
        message: 'An import is under way. Drop the images again when it has ended.',
      })
      return
    }
    forget()
    paths.value = dropped
    origin.value = demo?.origin ?? null
    seen.value = []
    dataset.value = null
    reset('scanning')
    const found = await part(async (id) => {
      const scanned = await request('datasets.scan', { job: id, paths: dropped })
      // Nobody will use it: the importer need not remember it.
      if (cancelled === id) request('datasets.forgetScan', { scan: scanned.scan }).catch(() => undefined)
      return scanned
    })
    if (!found) return
    report.value = demo ? { ...found, suggested: { ...found.suggested, name: demo.name } } : found
    reset('options')
  }

  async function pack(options: ImportOptions): Promise<void> {
    const found = report.value
    if (!found) return
    reset('packing')
    const packed = await part((id) => request('datasets.import', { job: id, scan: found.scan, options }))
    if (!packed) return
    forget()
    showReady(packed)
  }

  /** Opens the sheet at its last step: how to learn from a dataset. */
  function growFrom(existing: DatasetRecord): void {
    open.value = true
    if (working()) {
      notices.add({
        level: 'info',
        message: 'An import is under way. Train with these images when it has ended.',
      })
      return
    }
    forget()
    showReady(existing)
  }

  function showReady(existing: DatasetRecord): void {
    dataset.value = existing
    reset('ready')
    open.value = true
  }

  async function cancel(): Promise<void> {
    if (working()) {
      cancelled = job
      await request('datasets.cancel', { job }).catch((thrown: unknown) => notices.addError(thrown))
    } else close()
  }

  /** Hides the sheet; work goes on behind it, everything else ends here. */
  function hide(): void {
    if (working()) open.value = false
    else close()
  }

  function close(): void {
    open.value = false
    forget()
    reset('none')
  }

  /** Lets the importer drop what it remembers of the scan. */
  function forget(): void {
    if (!report.value) return
    const { scan: id } = report.value
    report.value = null
    request('datasets.forgetScan', { scan: id }).catch(() => undefined)
  }

  function show(): void {
    open.value = true
  }

  return {
    ...{ phase, open, paths, origin, progress, seen, report, dataset, error },
    ...{ scan, pack, growFrom, cancel, hide, close, show },
  }
})
