import { formatCount, formatFixed } from '#shared/format.ts'
import { solverNames } from '#shared/schemas/sampling.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { t } from '../../i18n.ts'

/** What a sheet was sampled with, in one line. */
export const sampleDetails = (record: SampleRecord): string =>
  `${t('gallery.sample.step', { step: formatCount(record.step) })} · ${samplingDetails(record)}`

/** How a sheet was sampled, without the training step. */
export function samplingDetails({ seed, solver, solverSteps, settings }: SampleRecord): string {
  const known = solverNames.find((name) => name === solver)
  const base = t('gallery.sample.details', {
    ...{ seed, count: solverSteps },
    // Without the explanation of the list.
    solver: known ? (t(`gallery.solver.${known}`).split(' · ')[0] ?? solver) : solver,
  })
  if (!settings) return base
  const { evaluations, selection, sampling } = settings
  return [
    base,
    t('gallery.evaluations', { count: Math.round(evaluations) }),
    ...(selection.temperature === 1
      ? []
      : [t('gallery.sample.temperature', { temperature: selection.temperature })]),
    ...(sampling.label === null ? [] : [t('gallery.sample.label', { label: sampling.label })]),
    ...(sampling.guidance === 1
      ? []
      : [t('gallery.sample.guidance', { strength: formatFixed(sampling.guidance, 1) })]),
  ].join(' · ')
}
