import { execFileSync } from 'node:child_process'
import { freemem, totalmem } from 'node:os'

/** Memory that a run may take: the device's, and the machine's where they are the same. */
export function availableMemory(device: 'cpu' | 'cuda'): number {
  const card = device === 'cuda' ? freeOnCard() : null
  return card ?? freeOfMachine()
}

/** What macOS calls free leaves out most of what it would give. */
const shareOnMac = 0.75

function freeOfMachine(): number {
  if (process.platform === 'darwin') return shareOnMac * totalmem()
  // Newer than the types: knows of what the system would give back, and of a container's limit.
  const { availableMemory: ask } = process as { availableMemory?: () => number }
  return ask?.call(process) ?? freemem()
}

/** Bytes free on the first NVIDIA card; null where the driver does not tell. */
function freeOnCard(): number | null {
  try {
    const told = execFileSync('nvidia-smi', ['--query-gpu=memory.free', '--format=csv,noheader,nounits'], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    })
    const mebibytes = Number.parseInt(told, 10)
    return Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : null
  } catch {
    return null
  }
}
