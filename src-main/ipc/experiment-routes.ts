import { z } from 'zod'
import { createLadder } from '../runs/ladder.ts'
import { nothing } from './router.ts'
import type { Routes } from './router.ts'
import type { Services } from './services.ts'

type ExperimentRoutes = Pick<Routes, Extract<keyof Routes, `experiments.${string}`>>

const byId = z.strictObject({ id: z.string() })
const byRun = z.strictObject({ runId: z.string() })

export function experimentRoutes(services: Services): ExperimentRoutes {
  const { store, runService, experiments, reconstructor, history, settings, emit } = services
  return {
    'experiments.list': { argument: nothing, answer: () => experiments.list() },
    'experiments.create': {
      argument: z.strictObject({
        datasetId: z.string(),
        presets: z.array(z.string()).max(100).optional(),
        // What numbers they may be the run's settings say.
        budget: z.strictObject({ steps: z.number().optional(), minutes: z.number().optional() }),
        seed: z.number(),
        changes: z.record(z.string(), z.unknown()),
      }),
      answer: ({ ...plan }) => {
        history.checkComplete()
        const { id } = createLadder({ store, runService }, { ...plan, device: settings.get().device })
        return experiments.resume(id)
      },
    },
    'experiments.pause': { argument: byId, answer: ({ id }) => experiments.pause(id) },
    'experiments.resume': {
      argument: byId,
      answer: ({ id }) => {
        history.checkComplete()
        return experiments.resume(id)
      },
    },
    'experiments.delete': {
      argument: z.strictObject({ id: z.string(), runs: z.boolean() }),
      answer: async ({ id, runs: withRuns }) => {
        const { runs, freedBytes } = await experiments.delete(id, { runs: withRuns })
        for (const run of runs) {
          if (withRuns) emit({ type: 'runDeleted', id: run.id })
          else emit({ type: 'run', run: store.runs.get(run.id) })
        }
        emit({ type: 'experimentDeleted', id })
        return { freedBytes }
      },
    },
    'experiments.reconstruction': { argument: byRun, answer: ({ runId }) => reconstructor.find(runId) },
    'experiments.reconstruct': { argument: byRun, answer: ({ runId }) => reconstructor.reconstruct(runId) },
  }
}
