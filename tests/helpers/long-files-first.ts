import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/**
 * Integration files of half a minute or more, the longest first: begun last, one of them would keep one core busy while
 * the other has nothing left. Many are short texts with long trainings, so their size says nothing.
 */
const longest = [
  'remote/train-elsewhere',
  'cli/cli',
  'training/presets',
  'cli/study',
  'native/kernels',
  'native/rebuild',
  'slurm/launcher',
  'graph/kernels',
  'graph/kernels-avx2',
  'remote/ssh-run',
  'averaging/average',
  'training/kill',
  'graph/steps',
  'training/conditions',
  'training/resume',
  'graph/shapes',
  'graph/run-many',
  'reference/parity',
  'sampling/export',
  'training/checkpoint-interval',
  'evaluation/evenness',
  'remote/ssh-faults',
  'cli/interrupt',
  'cli/latent',
  'training/train-loop',
].map((name) => `tests/integration/${name}.test.ts`)

/** Place in the list; files beyond it come after. */
function rank({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((path) => moduleId.endsWith(path))
  return place === -1 ? longest.length : place
}

/** The files of the list in its order, then the others as vitest sorts them: by their last duration, else by size. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}
