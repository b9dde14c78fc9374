import type { errors as english } from '../en/errors.ts'
import type { Translated } from '../translated.ts'
import { averagingErrors } from './errors/averaging.ts'
import { checkpointsErrors } from './errors/checkpoints.ts'
import { cliErrors } from './errors/cli.ts'
import { experimentsErrors } from './errors/experiments.ts'
import { filesErrors } from './errors/files.ts'
import { graphErrors } from './errors/graph.ts'
import { historyErrors } from './errors/history.ts'
import { libraryErrors } from './errors/library.ts'
import { loadErrors } from './errors/load.ts'
import { processesErrors } from './errors/processes.ts'
import { remoteErrors } from './errors/remote.ts'
import { remoteRunsErrors } from './errors/remote-runs.ts'
import { remoteAgentErrors } from './errors/remote-agent.ts'
import { runsErrors } from './errors/runs.ts'
import { samplingErrors } from './errors/sampling.ts'
import { settingsErrors } from './errors/settings.ts'
import { skyErrors } from './errors/sky.ts'
import { slurmErrors } from './errors/slurm.ts'
import { tensorflowErrors } from './errors/tensorflow.ts'
import { trainingErrors } from './errors/training.ts'

const texts = {
  ...averagingErrors,
  ...checkpointsErrors,
  ...cliErrors,
  ...experimentsErrors,
  ...filesErrors,
  ...graphErrors,
  ...historyErrors,
  ...libraryErrors,
  ...loadErrors,
  ...processesErrors,
  ...remoteErrors,
  ...remoteRunsErrors,
  ...remoteAgentErrors,
  ...runsErrors,
  ...samplingErrors,
  ...settingsErrors,
  ...skyErrors,
  ...slurmErrors,
  ...tensorflowErrors,
  ...trainingErrors,
} as const

/** What errors say in German. */
export const errors = texts satisfies Translated<typeof english, typeof texts>
