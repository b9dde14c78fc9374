import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { toFlowerbedError } from '#shared/errors.ts'
import { trainingDevices } from '#shared/training-devices.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import { createLogger } from '../log.ts'

const log = createLogger('devices')

/** The devices of this computer that train, known after `refresh`; until then the computer is one. */
export class GpuDevices {
  private readonly readGpus: () => Promise<readonly { index: number }[]>
  private readonly onChange: () => void
  private readonly mayHaveGpus: () => boolean
  private found: TrainingDevice[] = trainingDevices([])
  private latest: Promise<void> | null = null

  /** @param options.readGpus asks for the GPUs on each of which a run can train, the preferred one first */
  constructor(options: {
    readGpus: () => Promise<readonly { index: number }[]>
    onChange: () => void
    /** Whether asking is worth a process; by default by what the driver has left on this computer. */
    mayHaveGpus?: () => boolean
  }) {
    this.readGpus = options.readGpus
    this.onChange = options.onChange
    this.mayHaveGpus = options.mayHaveGpus ?? mayHaveGpus
  }

  get list(): readonly TrainingDevice[] {
    return this.found
  }

  /** Resolves when they are known. */
  async known(): Promise<void> {
    await (this.latest ?? this.refresh())
  }

  /** Looks for GPUs again, such as after TensorFlow was installed. Never rejects. */
  async refresh(): Promise<void> {
    this.latest = this.look()
    await this.latest
  }

  private async look(): Promise<void> {
    try {
      const gpus = this.mayHaveGpus() ? await this.readGpus() : []
      this.found = trainingDevices(gpus.map(({ index }) => index))
      if (this.found.length > 1) log.info(`trains on ${this.found.join(', ')}`)
      this.onChange()
    } catch (thrown) {
      log.warn(`The GPUs cannot be listed: ${toFlowerbedError(thrown).message}`)
    }
  }
}

/** Whether there may be several GPUs: else no process is started to ask for them. */
function mayHaveGpus(): boolean {
  if (process.platform === 'win32')
    return existsSync(join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'nvidia-smi.exe'))
  // In WSL only Windows knows.
  return process.platform === 'linux' && (existsSync('/dev/dxg') || countGpus() > 1)
}

/** As the driver lists them. */
function countGpus(): number {
  try {
    return readdirSync('/proc/driver/nvidia/gpus').length
  } catch {
    return 0
  }
}
