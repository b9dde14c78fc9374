import { createLadder } from '../runs/ladder.ts'
import { undoMs } from '../runs/pending-deletions.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function experimentHandlers(services: Services): HandlersOf<'experiments'> {
  const { store, runService, runQueue, experiments, reconstructor, history, settings } = services
  const { deletions, emit } = services
  return {
    'experiments.list': () => experiments.list().filter(({ id }) => !deletions.hides(id)),
    'experiments.create': ({ queue = false, ...plan }) => {
      history.checkComplete()
      const { id } = createLadder({ store, runService }, { ...plan, device: settings.get().device })
      return experiments.resume(id, { queue })
    },
    'experiments.pause': ({ id }) => experiments.pause(id),
    'experiments.stop': ({ id, save }) => experiments.stop(id, { save }),
    'experiments.resume': ({ id, queue = false }) => {
      history.checkComplete()
      return experiments.resume(id, { queue })
    },
    'experiments.delete': async ({ id, runs: withRuns }) => {
      experiments.checkDeletable(id, { runs: withRuns })
      const runs = store.runs.ofExperiment(id)
      if (!withRuns) {
        await experiments.delete(id, { runs: false })
        for (const run of runs) emit({ type: 'run', run: store.runs.get(run.id) })
        emit({ type: 'experimentDeleted', id })
        return null
      }
      const ids = runs.map((run) => run.id)
      // Else one would start while the deletion can be undone.
      runQueue.remove(runs.flatMap((run) => (run.status === 'queued' ? [run.id] : [])))
      const deletion = deletions.add({
        work: () => experiments.delete(id, { runs: true }),
        undo: () => {
          for (const run of ids) emit({ type: 'run', run: store.runs.get(run) })
          emit({ type: 'experiment', experiment: experiments.get(id) })
        },
        hides: [id, ...ids],
      })
      for (const run of ids) emit({ type: 'runDeleted', id: run })
      emit({ type: 'experimentDeleted', id })
      return { deletion, undoMs }
    },
    'experiments.reconstruction': ({ runId }) => reconstructor.find(runId),
    'experiments.reconstruct': ({ runId }) => reconstructor.reconstruct(runId),
  }
}
