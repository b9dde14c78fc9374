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
    `Training with labels needs images of at least ${minLabels} labels, and these have ${labels.length}.`,
    {
      where: 'labels',
      hint: 'Import a folder with one subfolder for each label, or set labels=false.',
    },
  )
}
