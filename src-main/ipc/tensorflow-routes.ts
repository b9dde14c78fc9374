import { z } from 'zod'
import { FlowerbedError } from '#shared/errors.ts'
import { nothing } from './router.ts'
import type { Routes } from './router.ts'
import type { Services } from './services.ts'

type RuntimeRoutes = Pick<Routes, Extract<keyof Routes, `runtime.${string}`>>

const variant = z.strictObject({ variant: z.enum(['cpu', 'cuda']) })

export function runtimeRoutes({ engine, installer, trainingQueue, settings }: Services): RuntimeRoutes {
  return {
    'runtime.status': { argument: nothing, answer: () => installer.request('runtimeStatus', undefined) },
    'runtime.device': {
      argument: nothing,
      // Not the engine: it would tell what it has loaded, and this is about the next one.
      answer: () => installer.request('deviceStatement', { device: settings.get().device }),
    },
    'runtime.install': {
      argument: variant,
      answer: async (argument) => {
        const status = await installer.request('runtimeInstall', argument)
        // TensorFlow is chosen when it is loaded: the next engine finds the new one.
        await engine.endWhenIdle()
        return status
      },
    },
    'runtime.remove': {
      argument: variant,
      answer: async (argument) => {
        if (trainingQueue.running) {
          throw new FlowerbedError('conflict', `“${trainingQueue.running.name}” is learning with it.`, {
            hint: 'Pause or stop it first.',
          })
        }
        await engine.endWhenIdle()
        return await installer.request('runtimeRemove', argument)
      },
    },
    'runtime.cancel': { argument: nothing, answer: () => installer.request('runtimeCancel', undefined) },
  }
}
