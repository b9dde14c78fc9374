import { formatBytes, formatCount, formatDuration, formatMeasured } from '#shared/format.ts'
import { estimateText } from '#shared/labels/evaluation.ts'
import { shareDone } from '#shared/run-limits.ts'
import { isLive } from '#shared/run-status.ts'
import type { Compared } from '#shared/schemas/evaluation.ts'
import type { RunColumn } from '#shared/schemas/library-view.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { dateLocale, t } from '../../i18n.ts'
import { formatAge, statusLabel } from '../../entities/runs/run-labels.ts'

/** What a cell shows; a share is drawn as a ring before its text. */
export interface Cell {
  text: string
  title?: string
  ring?: { share: number; live: boolean }
}
export type Cells = Partial<Record<RunColumn, Cell>>

export const progressCell = (share: number, live: boolean): Cell => ({
  text: t('library.runs.percent', { percent: Math.floor(share * 100) }),
  ring: { share, live },
})

/** The columns of a run; nothing where a number is not known. */
export function runCells(
  run: RunRecord,
  { quality, bytes }: { quality: Compared | undefined; bytes: number | undefined },
): Cells {
  return {
    state: { text: statusLabel(run.status) },
    progress: progressCell(shareDone(run), isLive(run)),
    step: { text: formatCount(run.step) },
    time: { text: formatDuration(run.trainedSeconds) },
    loss: { text: formatMeasured(run.losses['loss'] ?? NaN) },
    quality: quality
      ? {
          text: estimateText(quality),
          title: t('library.runs.floor', { floor: estimateText(quality.floor) }),
        }
      : { text: '–' },
    size: { text: bytes === undefined ? '' : formatBytes(bytes) },
    dataset: { text: run.datasetName },
    preset: { text: run.preset },
    target: { text: run.target ?? '' },
    started: { text: formatAge(run.createdAt), title: new Date(run.createdAt).toLocaleString(dateLocale()) },
  }
}
