import { cpus, totalmem } from 'node:os'
import type { Machine } from '#shared/schemas/run.ts'
import { flowerbedVersion } from '../../version.ts'
import { processorName } from './device-choice.ts'
import type { LoadedTensorFlow } from './load.ts'

/** The machine and versions, for a run's record. */
export function describeMachine(loaded: LoadedTensorFlow): Machine {
  const { tensorflowVersion, device, deviceName, why, threads } = loaded
  return {
    flowerbed: flowerbedVersion,
    tensorflow: tensorflowVersion,
    node: process.versions.node,
    electron: electronVersion(),
    platform: `${process.platform} ${process.arch}`,
    cpu: processorName(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    device,
    deviceName,
    deviceWhy: why,
    threads: threads.intraOp,
  }
}

const electronVersion = (): string | null =>
  (process.versions as Record<string, string | undefined>)['electron'] ?? null
