import type { DeviceChoice } from '#shared/schemas/run.ts'

export type RuntimeVariant = 'cpu' | 'cuda'

/** An installed TensorFlow, wherever it came from. */
export interface InstalledRuntime {
  variant: RuntimeVariant
  version: string
  directory: string
  bytes: number
  source: 'folder' | 'wheel' | 'package'
  /** Installed by us, so that it may be removed by us. */
  removable: boolean
}

export interface RuntimeStatus {
  installed: InstalledRuntime[]
  /** What could be installed here, with the bytes to fetch where known. */
  available: { variant: RuntimeVariant; version: string; downloadBytes: number | null }[]
}

/** The device for training and sampling, and why. */
export interface DeviceStatement {
  /** null where nothing can be used. */
  device: 'cpu' | 'cuda' | null
  /** The GPU's or the processor's name. */
  name: string | null
  /** In words that follow a colon. */
  why: string
  /** What to do so that a GPU which is there is used; null where nothing is wrong. */
  advice: string | null
}

export interface InstallProgress {
  phase: 'index' | 'download' | 'verify' | 'unpack' | 'done'
  file: string
  receivedBytes: number
  totalBytes: number
  bytesPerSecond: number
}

export interface DoctorReport {
  ok: boolean
  versions: {
    flowerbed: string
    node: string
    electron: string | null
    tensorflow: string | null
    tfjs: string
  }
  platform: string
  cpu: string
  cores: number
  memoryBytes: number
  /** Threads that TensorFlow shares an operation among, and where that number is from. */
  threads: { count: number; why: string } | null
  /** The instruction set of Flowerbed's convolutions; null where TensorFlow's are used. */
  kernels: string | null
  /** What the precision “auto” comes to here; null without TensorFlow. */
  precision: string | null
  runtime: InstalledRuntime | null
  device: { choice: DeviceChoice; used: 'cpu' | 'cuda' | null; name: string | null; why: string }
  dataDirectory: string
  freeBytes: number
  /** Which Electron binary is in use and where it came from; null under the CLI. */
  electron: { version: string; path: string; declared: string } | null
  /** One line for each thing amiss; empty when all is well. */
  advice: string[]
}
