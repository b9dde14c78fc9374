import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'

/** The fewest labels that a run can be conditioned on. */
export const minLabels = 2

/** The labels that a run is conditioned on: those of its dataset, or none. @throws FlowerbedError `bad-input` for too few */
export function labelsOf(config: Pick<RunConfig, 'labels'>, labels: string[]): string[] {
  if (!config.labels) return []
  if (labels.length >= minLabels) return labels
  throw new FlowerbedError(
    'bad-input',
    errorText('dataset.tooFewLabels', { least: minLabels, count: labels.length }),
    { where: 'labels' },
  )
}
