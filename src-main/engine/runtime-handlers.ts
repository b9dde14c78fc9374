import type { InstallProgress } from '#shared/schemas/doctor.ts'
import type { EngineEvent, EngineRequests } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Handlers } from '../processes/rpc.ts'
import { installRuntime, removeRuntime, runtimeStatus } from '../tensorflow/install.ts'
import { describeDevice, usableGpusHere } from './backend/device-choice.ts'
import { examine } from './backend/doctor.ts'
import { readNvidia } from './backend/nvidia.ts'
import { chooseThreadsHere } from './backend/threads.ts'

/** The requests about the TensorFlow runtime. */
export type RuntimeRequests = Pick<
  EngineRequests,
  | 'runtimeStatus'
  | 'deviceStatement'
  | 'workerDevices'
  | 'usableGpus'
  | 'runtimeInstall'
  | 'runtimeRemove'
  | 'runtimeCancel'
  | 'doctor'
>

/** Passes on five reports a second and every change of phase. */
function throttle(report: (progress: InstallProgress) => void): (progress: InstallProgress) => void {
  let lastTime = -Infinity
  let phase = ''
  return (progress) => {
    const now = performance.now()
    if (progress.phase === phase && now - lastTime < 200) return
    lastTime = now
    phase = progress.phase
    report(progress)
  }
}

/** Handles them; one installation at a time. */
export function createRuntimeHandlers(emit: (event: EngineEvent) => void): Handlers<RuntimeRequests> {
  let installing: AbortController | null = null
  return {
    runtimeStatus: () => runtimeStatus(),
    deviceStatement: ({ device }) => describeDevice(device),
    workerDevices: () => ({
      cores: chooseThreadsHere({ kernels: true }).intraOp,
      gpus: readNvidia().gpus.map(({ index, name }) => ({ index, name })),
    }),
    usableGpus: () => usableGpusHere().map(({ index, name }) => ({ index, name })),
    runtimeInstall: async ({ variant }) => {
      if (installing) throw new FlowerbedError('conflict', errorText('tensorflow.installing'))
      installing = new AbortController()
      try {
        return await installRuntime({
          variant,
          signal: installing.signal,
          onProgress: throttle((progress) => emit({ type: 'install', progress })),
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
