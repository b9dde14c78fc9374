import type { InstallProgress, RuntimeStatus, RuntimeVariant } from '#shared/schemas/doctor.ts'
import { readNvidia } from '../engine/backend/nvidia.ts'
import { installRuntime } from '../tensorflow/install.ts'

/** A line of `agent install-runtime`; the last one says what is installed. */
export type InstallLine = { progress: InstallProgress } | { runtime: RuntimeStatus }

const progressMs = 500

/**
 * `agent install-runtime`: installs TensorFlow through the network of the target, unless it is there.
 * @param options.variant by default the one for the GPU where there is one
 * @throws FlowerbedError `unavailable`, `corrupt`, `no-space`
 */
export async function installRuntimeHere(options: {
  variant?: RuntimeVariant | undefined
  say: (line: InstallLine) => void
}): Promise<void> {
  const { say, variant = readNvidia().gpus.length > 0 ? 'cuda' : 'cpu' } = options
  let saidAt = -Infinity
  let phase = ''
  const runtime = await installRuntime({
    variant,
    onProgress: (progress) => {
      if (progress.phase === phase && performance.now() - saidAt < progressMs) return
      saidAt = performance.now()
      phase = progress.phase
      say({ progress })
    },
  })
  say({ runtime })
}
