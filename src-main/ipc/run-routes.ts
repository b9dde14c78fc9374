import { z } from 'zod'
import { FlowerbedError } from '#shared/errors.ts'
import { isDone, standingAt } from '#shared/run-limits.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'
import { resolveConfig } from '#shared/presets.ts'
import { readDiagnostics } from '../runs/diagnostics.ts'
import { diskUseOfRun } from '../runs/disk-use.ts'
import { unreadableNotice } from '../runs/unreadable-notice.ts'
import { nothing } from './router.ts'
import type { Routes } from './router.ts'
import type { Services } from './services.ts'

type RunRoutes = Pick<Routes, Extract<keyof Routes, `runs.${string}`>>

const byId = z.strictObject({ id: z.string() })
const name = z.string().trim().min(1, 'A run needs a name').max(200)

export function runRoutes(services: Services): RunRoutes {
  const { store, runService, trainingQueue, experiments, history, engine, settings, emit } = services
  const { runs } = store
  let told = false
  /** Once, when the window is there to show it. */
  const tellLeftOut = () => {
    const notice = told ? null : unreadableNotice(store)
    told = true
    if (notice) emit({ type: 'notice', level: 'warning', ...notice })
  }
  return {
    'runs.list': {
      argument: nothing,
      answer: () => {
        tellLeftOut()
        return runs.list()
      },
    },
    'runs.create': {
      argument: z.strictObject({
        datasetId: z.string(),
        preset: z.string(),
        changes: z.record(z.string(), z.unknown()),
        name: name.optional(),
      }),
      answer: async (argument) => {
        history.checkComplete()
        const run = runService.create({ ...argument, device: settings.get().device })
        await trainingQueue.start(run)
        return runs.get(run.id)
      },
    },
    'runs.estimate': {
      argument: z.strictObject({
        shape: imageShapeSchema,
        preset: z.string(),
        changes: z.record(z.string(), z.unknown()),
      }),
      answer: ({ shape, preset, changes }) =>
        engine.request('estimate', {
          config: resolveConfig(preset, changes),
          shape,
          device: settings.get().device,
        }),
    },
    'runs.pause': {
      argument: byId,
      answer: async ({ id }) => {
        await trainingQueue.pause(id)
        return runs.get(id)
      },
    },
    'runs.resume': {
      argument: z.strictObject({ id: z.string(), step: z.int().min(0).optional() }),
      answer: async ({ id, step }) => {
        const run = runs.get(id)
        const isAtEnd = step === undefined ? run.status === 'finished' : isDone(standingAt(run, step))
        if (isAtEnd) {
          throw new FlowerbedError('conflict', 'This run has reached its goal.', {
            hint: 'Give it more steps.',
          })
        }
        history.checkComplete()
        if (step !== undefined) {
          runService.saves.choose(id, step)
          await trainingQueue.start(run, { checkpoint: step })
        }
        // With a run of an experiment the experiment goes on.
        else if (run.experimentId === null) await trainingQueue.start(run)
        else await experiments.resume(run.experimentId, id)
        return runs.get(id)
      },
    },
    'runs.stop': {
      argument: z.strictObject({ id: z.string(), save: z.boolean() }),
      answer: async ({ id, save }) => {
        await trainingQueue.stop(id, save)
        return runs.get(id)
      },
    },
    'runs.extend': {
      argument: z.strictObject({ id: z.string(), steps: z.int().min(1).max(10_000_000) }),
      answer: async ({ id, steps }) => {
        history.checkComplete()
        await trainingQueue.extend(id, { steps })
        return runs.get(id)
      },
    },
    'runs.update': {
      argument: z.strictObject({
        id: z.string(),
        name: name.optional(),
        note: z.string().max(100_000).optional(),
        tags: z.array(z.string().trim().min(1).max(60)).max(50).optional(),
        starred: z.boolean().optional(),
      }),
      answer: ({ id, ...changes }) => runService.describe(id, changes),
    },
    'runs.diskUse': {
      argument: byId,
      answer: ({ id }) => diskUseOfRun(store.directory, runs.get(id).id),
    },
    'runs.delete': {
      argument: byId,
      answer: async ({ id }) => {
        const freed = await runService.delete(id)
        emit({ type: 'runDeleted', id })
        return freed
      },
    },
    'runs.metrics': { argument: byId, answer: ({ id }) => store.metrics.series(runs.key(id)) },
    'runs.samples': { argument: byId, answer: ({ id }) => store.samples.list(runs.key(id)) },
    'runs.diagnostics': {
      argument: byId,
      answer: ({ id }) => readDiagnostics(store.directory, runs.get(id)),
    },
    'runs.checkpoints': { argument: byId, answer: ({ id }) => runService.saves.list(id) },
    'runs.pinCheckpoint': {
      argument: z.strictObject({ id: z.string(), step: z.int().min(0), pinned: z.boolean() }),
      answer: ({ id, step, pinned }) => {
        runService.saves.pin(id, { step, pinned })
        return runService.saves.list(id)
      },
    },
  }
}
