import { shallowRef } from 'vue'
import type { SampleRecord } from '#shared/schemas/run.ts'
import type { SamplingOptions } from '#shared/schemas/sampling.ts'
import { samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import { request } from '../../api/index.ts'
import { useJob } from '../../entities/samples/use-job.ts'
import { useSamples } from '../../entities/samples/samples-store.ts'

/** One column of a comparison: what is sampled, and its name. */
export interface ComparedItem {
  title: string
  runId: string
  /** The step of the checkpoint. */
  checkpoint: number
  sampling: SamplingOptions
}

/** A column with its samples; how long they took where that was measured. */
export interface ComparedSheet {
  title: string
  record: SampleRecord
  seconds: number | null
}

/** Samples the same seeds for each of several items, one after the other; what the history has is not sampled again. */
export function useComparison() {
  const samples = useSamples()
  const { share, error, run: runJob, cancel } = useJob()
  const sheets = shallowRef<ComparedSheet[]>([])
  /** The item that is being sampled, from 1, and their number. */
  const progress = shallowRef<{ item: number; of: number } | null>(null)

  async function sampleOne(
    item: ComparedItem,
    { count, seed }: { count: number; seed: number },
  ): Promise<ComparedSheet | null> {
    await samples.load(item.runId)
    const known = samples.of(item.runId).find((record) => isSameRequest(record, item, { count, seed }))
    if (known) return { title: item.title, record: known, seconds: null }
    const started = performance.now()
    const { runId: id, checkpoint, sampling } = item
    const record = await runJob((job) =>
      request('gallery.sample', { id, job, count, seed, checkpoint, sampling }),
    )
    return record && { title: item.title, record, seconds: (performance.now() - started) / 1000 }
  }

  async function compare(items: ComparedItem[], seeds: { count: number; seed: number }): Promise<void> {
    if (progress.value) return
    sheets.value = []
    try {
      for (const [i, item] of items.entries()) {
        progress.value = { item: i + 1, of: items.length }
        const sheet = await sampleOne(item, seeds)
        if (!sheet) return
        // The time of the first includes that of loading the checkpoint.
        sheets.value = [...sheets.value, i === 0 ? { ...sheet, seconds: null } : sheet]
      }
    } finally {
      progress.value = null
    }
  }

  return { sheets, share, error, progress, compare, cancel }
}

/** Whether a sheet has the samples that an item asks for. */
export function isSameRequest(
  { kind, step, settings }: SampleRecord,
  item: Pick<ComparedItem, 'checkpoint' | 'sampling'>,
  { count, seed }: { count: number; seed: number },
): boolean {
  if (kind !== 'extra' || step !== item.checkpoint || !settings) return false
  const { selection, sampling } = settings
  // What was left to the engine to choose is recorded as it was chosen.
  const asked = {
    ...item.sampling,
    guideCheckpoint: item.sampling.guideCheckpoint ?? sampling.guideCheckpoint,
  }
  return (
    JSON.stringify(selectionOf(selection)) === JSON.stringify(selectionOf({ count, seed })) &&
    JSON.stringify(samplingOf(sampling)) === JSON.stringify(samplingOf(asked))
  )
}
