import type { InstallProgress } from '#shared/schemas/doctor.ts'
import type { EngineEvent, EngineRequests } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Handlers } from '../../processes/rpc.ts'
import { stateDevice } from './device-choice.ts'
import { examine } from './doctor.ts'
import { installRuntime, removeRuntime, runtimeStatus } from '../../tensorflow/install.ts'

/** The requests about TensorFlow itself. */
export type RuntimeRequests = Pick<
  EngineRequests,
  'runtimeStatus' | 'deviceStatement' | 'runtimeInstall' | 'runtimeRemove' | 'runtimeCancel' | 'doctor'
>

/** Lets a few reports a second through, and every change of phase. */
function throttled(report: (progress: InstallProgress) => void): (progress: InstallProgress) => void {
  let at = -Infinity
  let phase = ''
  return (progress) => {
    const now = performance.now()
    if (progress.phase === phase && now - at < 200) return
    at = now
    phase = progress.phase
    report(progress)
  }
}

/** Answers them; one install at a time. */
export function runtimeHandlers(emit: (event: EngineEvent) => void): Handlers<RuntimeRequests> {
  let installing: AbortController | null = null
  return {
    runtimeStatus: () => runtimeStatus(),
    deviceStatement: ({ device }) => stateDevice(device),
    runtimeInstall: async ({ variant }) => {
      if (installing) throw new FlowerbedError('conflict', 'TensorFlow is being installed already.')
      installing = new AbortController()
      try {
        return await installRuntime({
          variant,
          signal: installing.signal,
          onProgress: throttled((progress) => emit({ type: 'install', progress })),
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
