import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

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
  try {
    const output = execFileSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    })
    return output
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length > 0)
  } catch {
    return []
  }
}
