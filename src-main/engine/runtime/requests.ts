import type { EngineEvent, EngineRequests } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { Handlers } from '../../child/channel.ts'
import { examine } from './doctor.ts'
import { installRuntime, removeRuntime, runtimeStatus } from './install.ts'

/** The requests about TensorFlow itself. */
export type RuntimeRequests = Pick<
  EngineRequests,
  'runtimeStatus' | 'runtimeInstall' | 'runtimeRemove' | 'runtimeCancel' | 'doctor'
>

/** Answers them; one install at a time. */
export function runtimeHandlers(emit: (event: EngineEvent) => void): Handlers<RuntimeRequests> {
  let installing: AbortController | null = null
  return {
    runtimeStatus: () => runtimeStatus(),
    runtimeInstall: async ({ variant }) => {
      if (installing) throw new FlowerbedError('conflict', 'TensorFlow is being installed already.')
      installing = new AbortController()
      try {
        return await installRuntime({
          variant,
          signal: installing.signal,
          onProgress: (progress) => emit({ type: 'install', progress }),
        })
      } finally {
        installing = null
      }
    },
    runtimeRemove: ({ variant }) => removeRuntime(variant),
    runtimeCancel: () => installing?.abort(),
    doctor: (argument) => examine(argument),
  }
}
