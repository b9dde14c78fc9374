import { migration0010 } from './0010-initial.ts'
import { migration0020 } from './0020-checkpoint-loss.ts'
import { migration0030 } from './0030-experiments.ts'
import { migration0040 } from './0040-run-leases.ts'
import { migration0050 } from './0050-relative-datasets.ts'
import { migration0060 } from './0060-evaluations.ts'
import { migration0070 } from './0070-studies.ts'
import { migration0090 } from './0090-sample-marks.ts'
import { migration0100 } from './0100-parents.ts'
import { migration0110 } from './0110-run-queue.ts'
import { migration0120 } from './0120-library.ts'
import { migration0121 } from './0121-dataset-images.ts'
import { migration0130 } from './0130-compare-views.ts'
import { migration0140 } from './0140-attributes.ts'
import { migration0141 } from './0141-pinned-pairs.ts'
import { migration0150 } from './0150-targets.ts'
import { migration0151 } from './0151-run-launches.ts'
import { migration0170 } from './0170-workers.ts'
import { migration0180 } from './0180-queue-reason.ts'
import { migration0181 } from './0181-run-folders.ts'
import { migration0210 } from './0210-automatic.ts'
import type { Migration } from './migration.ts'

/** In order; the last one's version is what this Flowerbed writes. */
export const migrations: Migration[] = [
  migration0010,
  migration0020,
  migration0030,
  migration0040,
  migration0050,
  migration0060,
  migration0070,
  migration0090,
  migration0100,
  migration0110,
  migration0120,
  migration0121,
  migration0130,
  migration0140,
  migration0141,
  migration0150,
  migration0151,
  migration0170,
  migration0180,
  migration0181,
  migration0210,
]
