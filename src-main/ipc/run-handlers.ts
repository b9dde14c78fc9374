import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { resolveConfig } from '#shared/presets.ts'
import { isDone, standingAt } from '#shared/run-limits.ts'
import { isLive } from '#shared/run-status.ts'
import { expectedLength } from '../runs/expected-time.ts'
import { newRunRecord } from '../runs/new-run.ts'
import type { NewRun } from '../runs/new-run.ts'
import { NextRun } from '../runs/next-run.ts'
import { planRun } from '../runs/plan-run.ts'
import type { PlannedRun } from '../runs/plan-run.ts'
import { readDiagnostics } from '../runs/diagnostics.ts'
import { diskUseOfRun } from '../runs/disk-use.ts'
import { undoMs } from '../runs/pending-deletions.ts'
import { unreadableNotice } from '../runs/unreadable-notice.ts'
import { askSavePath } from '../app/save-dialog.ts'
import { writing } from '../files/write-errors.ts'
import { memoryLimitOf } from '../app/settings.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function runHandlers(services: Services): HandlersOf<'runs'> {
  const { store, runService, trainingQueues, runQueue, experiments, history, engine, settings, emit } =
    services
  const { averages, evaluations, deletions, remoteRuns, targetQueue } = services
  const { runs } = store
  const isRemote = (id: string) => runs.get(id).target !== null
  const plan = (run: Omit<PlannedRun, 'device'>) =>
    planRun(
      { ...run, device: settings.get().device },
      { ask: (asked) => engine.request('stepCosts', asked), earlier: runs.list() },
    )
  const nextRun = new NextRun({
    engine: { prepare: (asked) => engine.request('prepare', asked), drop: () => engine.dropPrepared() },
    isIdle: () =>
      runQueue.current.length === 0 &&
      !runQueue.state().entries.some(({ target }) => target === null) &&
      runService.trainedElsewhere().length === 0,
  })
  /** As `runs.create` would make it of images that need not be imported yet. */
  const unmade = (asked: Omit<NewRun, 'datasetId'>, images: PlannedRun['images'] & { labels: string[] }) =>
    newRunRecord({ ...asked, datasetId: '' }, { ...images, id: '', name: '', excludedCount: 0 }, '')
  let isNotified = false
  /** Once, with the first list: the window is there to show it then. */
  const notifyOfUnreadableRows = () => {
    const notice = isNotified ? null : unreadableNotice(store)
    isNotified = true
    if (notice) emit({ type: 'notice', level: 'warning', ...notice })
  }
  return {
    'runs.list': () => {
      notifyOfUnreadableRows()
      return runs.list().filter(({ id }) => !deletions.hides(id))
    },
    'runs.create': async ({ startFrom, startAt, queue = startAt !== undefined, ...argument }) => {
      history.checkComplete()
      const { target, datasetId, preset, changes, workers } = argument
      if (target !== undefined) store.targets.get(target)
      // With the settings of the run that it starts from there is nothing to choose.
      const { shape, count, excludedCount } = store.datasets.get(datasetId)
      const images = { shape, count: count - excludedCount }
      const trainedBy = { workers: workers ?? null, target: target ?? null }
      const planned = startFrom ? {} : { automatic: await plan({ preset, changes, images, ...trainedBy }) }
      const device = argument.device ?? settings.get().device
      const options = { ...argument, ...planned, device, waits: queue }
      const run = startFrom
        ? runService.createFrom({ runId: startFrom.id, checkpoint: startFrom.step }, options)
        : runService.create(options)
      if (queue) runQueue.add([run.id], startAt === undefined ? {} : { startAt })
      else if (target !== undefined) await targetQueue.start(run)
      else await runQueue.start(run)
      return runs.get(run.id)
    },
    'runs.estimate': ({ shape, preset, changes }) =>
      engine.request('estimate', {
        config: resolveConfig(preset, changes),
        shape,
        device: settings.get().device,
        ...memoryLimitOf(settings.get()),
      }),
    'runs.expectedLength': async ({ images, target, ...chosen }) => {
      const { workers = null } = chosen
      const automatic = await plan({ ...chosen, images, workers, target: target ?? null })
      const run = unmade({ ...chosen, automatic, device: settings.get().device }, images)
      return { ...expectedLength(run, runs.list()), chosen: automatic.settings }
    },
    'runs.prepare': ({ images, device = settings.get().device, ...chosen }) =>
      nextRun.prepare(async () => {
        const automatic = await plan({ ...chosen, images, workers: null, target: null })
        const { config } = unmade({ ...chosen, automatic, device }, images)
        return { ...images, config, device, ...memoryLimitOf(settings.get()) }
      }),
    'runs.dropPrepared': () => nextRun.drop(),
    'runs.pause': async ({ id }) => {
      if (isRemote(id)) await targetQueue.pause(runs.get(id))
      else await runQueue.pause(id)
      return runs.get(id)
    },
    'runs.resume': async ({ id, step, queue = false }) => {
      const run = runs.get(id)
      const isAtEnd = step === undefined ? run.status === 'finished' : isDone(standingAt(run, step))
      if (isAtEnd) {
        throw new FlowerbedError('conflict', errorText('run.atGoal'))
      }
      history.checkComplete()
      if (step !== undefined) {
        runService.checkpoints.choose(id, step)
        if (queue) runQueue.add([id], { checkpoint: step })
        else if (isRemote(id)) await targetQueue.start(run, { checkpoint: step })
        else await runQueue.start(run, { checkpoint: step })
      } else if (isRemote(id) && !queue) await targetQueue.start(run)
      // With a run of an experiment the experiment resumes.
      else if (run.experimentId !== null && !isRemote(id))
        await experiments.resume(run.experimentId, { first: id, queue })
      else if (queue) runQueue.add([id])
      else await runQueue.start(run)
      return runs.get(id)
    },
    'runs.stop': async ({ id, save }) => {
      await (isRemote(id) ? remoteRuns : trainingQueues).stop(id, save)
      return runs.get(id)
    },
    'runs.extend': async ({ id, queue = false, ...more }) => {
      history.checkComplete()
      const waits = queue || runs.get(id).status === 'queued'
      if (isRemote(id) && !waits) await remoteRuns.extend(id, more)
      else await runQueue.extend(id, more, { queue })
      return runs.get(id)
    },
    'runs.change': async ({ id, ...changes }) => {
      await (isRemote(id) ? remoteRuns : trainingQueues).change(id, changes)
      return runs.get(id)
    },
    'runs.update': ({ id, ...changes }) => runService.describe(id, changes),
    'runs.diskUse': ({ id }) => diskUseOfRun(store.directory, runs.get(id).id),
    'runs.delete': ({ id }) => {
      if (isLive(runs.get(id))) throw new FlowerbedError('conflict', errorText('run.inTraining'))
      runService.checkNotElsewhere(id)
      // Else it would start while its deletion can be undone.
      if (runs.get(id).status === 'queued') runQueue.remove([id])
      emit({ type: 'runDeleted', id })
      const deletion = deletions.add({
        work: () => runService.delete(id),
        undo: () => emit({ type: 'run', run: runs.get(id) }),
        hides: [id],
      })
      return { deletion, undoMs }
    },
    'runs.metrics': ({ id }) => store.metrics.series(runs.key(id)),
    'runs.events': ({ id }) => store.events.list(runs.key(id)),
    'runs.samples': ({ id }) => store.samples.list(runs.key(id)),
    'runs.diagnostics': ({ id }) => readDiagnostics(store.directory, runs.get(id)),
    'runs.evaluations': ({ id }) => evaluations.list(id),
    'runs.evaluate': ({ id, ...options }) => evaluations.evaluate(id, options),
    'runs.average': ({ id, step, ...options }) => {
      history.checkComplete()
      return averages.make(id, { ...options, checkpoint: step })
    },
    'runs.export': async ({ id, checkpoint, ...asked }) => {
      const { name, deviceChoice: device } = runs.get(id)
      const folder = await askSavePath({ title: desktopText('save.model'), name, ending: '', type: '' })
      if (folder === null) return null
      const format = 'saved-model'
      await writing(folder, () =>
        runService.withModel(
          id,
          (model) => engine.request('export', { model, device, format, folder, ...asked }),
          checkpoint,
        ),
      )
      return folder
    },
    'runs.checkpoints': ({ id }) => runService.checkpoints.list(id),
    'runs.pinCheckpoint': ({ id, step, pinned }) => {
      runService.checkpoints.pin(id, { step, pinned })
      return runService.checkpoints.list(id)
    },
  }
}
