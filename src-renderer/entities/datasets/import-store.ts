import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { DatasetRecord, ImportOptions, ImportProgress, ScanReport } from '#shared/schemas/dataset.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'
import { t } from '../../i18n.ts'

export type ImportPhase = 'none' | 'known' | 'scanning' | 'options' | 'packing' | 'ready' | 'error'

/** Most thumbnails shown during a scan. */
const thumbnailsAtMost = 96

/** One import at a time, from dropped paths to a dataset to train on. */
export const useImport = defineStore('import', () => {
  const notices = useNotices()
  const phase = shallowRef<ImportPhase>('none')
  /** Whether its dialog is open; the work continues without it. */
  const open = shallowRef(false)
  const paths = shallowRef<string[]>([])
  /** Where the images come from, if that says more than a path. */
  const origin = shallowRef<string | null>(null)
  const progress = shallowRef<ImportProgress | null>(null)
  const seen = shallowRef<PixelBatch[]>([])
  const report = shallowRef<ScanReport | null>(null)
  const dataset = shallowRef<DatasetRecord | null>(null)
  /** The run whose settings a new one is to start with. */
  const settingsFrom = shallowRef<RunRecord | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  let job = ''
  /** The job that the user has cancelled; its result may still arrive. */
  let cancelled = ''

  on('import', (event) => {
    if (event.job !== job) return
    progress.value = event.progress
    const { thumbnails } = event.progress
    const count = seen.value.reduce((sum, batch) => sum + batch.count, 0)
    if (thumbnails && count < thumbnailsAtMost) seen.value = [...seen.value, thumbnails]
  })

  const working = () => phase.value === 'scanning' || phase.value === 'packing'

  function reset(to: ImportPhase): void {
    phase.value = to
    progress.value = null
    error.value = null
  }

  /** Runs one job of the import; an error is shown in the dialog, a cancel closes it. */
  async function runJob<T>(task: (job: string) => Promise<T>): Promise<T | null> {
    const id = crypto.randomUUID()
    job = id
    try {
      const result = await task(id)
      if (job !== id) return null
      if (cancelled !== id) return result
      // Cancelled after the answer was sent.
      close()
      return null
    } catch (thrown) {
      if (job !== id) return null
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

  interface Demo {
    name: string
    origin: string
  }
  /** The demo of what was dropped, while it is asked what to do with images that are a dataset already. */
  let asked: Demo | undefined

  /** Scans dropped paths; of such that are a dataset already it is asked first what to do, unless `anyway`. */
  async function scan(dropped: string[], demo?: Demo, anyway = false): Promise<void> {
    if (dropped.length === 0) return
    open.value = true
    if (working()) {
      notices.add({
        level: 'info',
        message: t('library.import.busyDrop'),
      })
      return
    }
    forget()
    paths.value = dropped
    origin.value = demo?.origin ?? null
    seen.value = []
    dataset.value = null
    reset('scanning')
    const found = await runJob(async (id) => {
      const known = anyway ? null : await request('datasets.ofPaths', { paths: dropped })
      if (known || cancelled === id) return { known, scanned: null }
      const scanned = await request('datasets.scan', { job: id, paths: dropped })
      // The result is not used: the importer can drop it.
      if (cancelled === id) request('datasets.forgetScan', { scan: scanned.scan }).catch(() => undefined)
      return { known, scanned }
    })
    if (found?.known) {
      asked = demo
      dataset.value = found.known
      reset('known')
    } else if (found?.scanned) {
      const { scanned } = found
      report.value = demo ? { ...scanned, suggested: { ...scanned.suggested, name: demo.name } } : scanned
      reset('options')
    }
  }

  /** Scans the images that come with the app. */
  async function scanDemo(): Promise<void> {
    try {
      const { demoFolder } = await request('app.info')
      await scan([demoFolder], { name: t('library.demo.name'), origin: t('library.demo.origin') })
    } catch (thrown) {
      notices.addError(thrown)
    }
  }

  /** Scans what was dropped although it is a dataset already. */
  const scanKnown = () => scan(paths.value, asked, true)

  /**
   * Imports what was scanned. The dialog shows its progress until `close` or `offerTraining`.
   * @returns null where it failed or was cancelled
   */
  async function pack(options: ImportOptions): Promise<DatasetRecord | null> {
    const found = report.value
    if (!found) return null
    reset('packing')
    const packed = await runJob((id) => request('datasets.import', { job: id, scan: found.scan, options }))
    if (packed) forget()
    return packed
  }

  /**
   * Opens the dialog at its last step: the settings of a run on a dataset.
   * @param from the run whose settings to start with; those used last by default
   */
  function prepareTraining(existing: DatasetRecord, from: RunRecord | null = null): void {
    open.value = true
    if (working()) {
      notices.add({
        level: 'info',
        message: t('library.import.busyTrain'),
      })
      return
    }
    forget()
    offerTraining(existing, from)
  }

  function offerTraining(existing: DatasetRecord, from: RunRecord | null = null): void {
    dataset.value = existing
    settingsFrom.value = from
    reset('ready')
    open.value = true
  }

  async function cancel(): Promise<void> {
    if (working()) {
      cancelled = job
      await request('datasets.cancel', { job }).catch((thrown: unknown) => notices.addError(thrown))
    } else close()
  }

  /** Hides the dialog; a running job continues, anything else ends. */
  function hide(): void {
    if (working()) open.value = false
    else close()
  }

  function close(): void {
    open.value = false
    forget()
    reset('none')
  }

  /** Lets the importer drop the scan. */
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
    ...{ phase, open, paths, origin, progress, seen, report, dataset, settingsFrom, error },
    ...{ scan, scanDemo, scanKnown, pack, prepareTraining, offerTraining, cancel, hide, close, show },
  }
})
