import { cpus, totalmem } from 'node:os'
import type { Machine } from '#shared/schemas/run.ts'
import { flowerbedVersion } from '../../version.ts'
import { getProcessorName } from './device-choice.ts'
import type { LoadedTensorFlow } from './load.ts'

/** Describes the machine and the versions, for a run's record. */
export function describeMachine(loaded: LoadedTensorFlow): Machine {
  const { tensorflowVersion, device, deviceName, why, threads } = loaded
  return {
    flowerbed: flowerbedVersion,
    tensorflow: tensorflowVersion,
    node: process.versions.node,
    electron: readElectronVersion(),
    platform: `${process.platform} ${process.arch}`,
    cpu: getProcessorName(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    device,
    deviceName,
    deviceWhy: why,
    threads: threads.intraOp,
  }
}

const readElectronVersion = (): string | null =>
  (process.versions as Record<string, string | undefined>)['electron'] ?? null
