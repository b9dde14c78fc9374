import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { nvidiaSmi } from './nvidia-smi.ts'

const proc = '/proc/driver/nvidia/gpus'

/**
 * The NVIDIA GPUs the driver knows, by name, in the driver's order. Empty where there is none, and where there is
 * no driver: TensorFlow could not use such a card either.
 */
export function nvidiaGpus(): string[] {
  if (process.platform === 'darwin') return []
  if (existsSync(proc)) {
    const names = readdirSync(proc).flatMap((bus) => {
      try {
        const model = /^Model:\s*(.+)$/m.exec(readFileSync(join(proc, bus, 'information'), 'utf8'))?.[1]
        return model ? [model.trim()] : []
      } catch {
        return []
      }
    })
    if (names.length > 0) return names
  }
  // containers and Windows: the driver's own tool knows
  if (process.platform === 'linux' && !existsSync('/dev/nvidiactl') && !existsSync('/dev/dxg')) return []
  return nvidiaSmi('name')
}
