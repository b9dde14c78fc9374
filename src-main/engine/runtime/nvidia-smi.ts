import { execFileSync } from 'node:child_process'

/** What the NVIDIA driver's own tool says of each card, in the driver's order; empty where it does not answer. */
export function nvidiaSmi(field: 'name' | 'memory.free'): string[] {
  try {
    const told = execFileSync('nvidia-smi', [`--query-gpu=${field}`, '--format=csv,noheader,nounits'], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    })
    return told
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length > 0)
  } catch {
    return []
  }
}
