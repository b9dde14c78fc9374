import { cpus, totalmem } from 'node:os'
import type { Machine } from '#contract/run.ts'
import { flowerbedVersion } from '../version.ts'
import { processorName } from './runtime/load.ts'
import type { LoadedTensorFlow } from './runtime/load.ts'

/** The machine and versions, for a run's record. */
export function describeMachine({ tensorflowVersion, device, deviceName }: LoadedTensorFlow): Machine {
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
  }
}

const electronVersion = (): string | null =>
  (process.versions as Record<string, string | undefined>)['electron'] ?? null
