import { createLadder } from '../runs/ladder.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function experimentHandlers(services: Services): HandlersOf<'experiments'> {
  const { store, runService, experiments, reconstructor, history, settings, emit } = services
  return {
    'experiments.list': () => experiments.list(),
    'experiments.create': ({ queue = false, ...plan }) => {
      history.checkComplete()
      const { id } = createLadder({ store, runService }, { ...plan, device: settings.get().device })
      return experiments.resume(id, { queue })
    },
    'experiments.pause': ({ id }) => experiments.pause(id),
    'experiments.resume': ({ id, queue = false }) => {
      history.checkComplete()
      return experiments.resume(id, { queue })
    },
    'experiments.delete': async ({ id, runs: withRuns }) => {
      const { runs, freedBytes } = await experiments.delete(id, { runs: withRuns })
      for (const run of runs) {
        if (withRuns) emit({ type: 'runDeleted', id: run.id })
        else emit({ type: 'run', run: store.runs.get(run.id) })
      }
      emit({ type: 'experimentDeleted', id })
      return { freedBytes }
    },
    'experiments.reconstruction': ({ runId }) => reconstructor.find(runId),
    'experiments.reconstruct': ({ runId }) => reconstructor.reconstruct(runId),
  }
}
