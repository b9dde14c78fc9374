import { freemem, totalmem } from 'node:os'
import { nvidiaSmi } from './nvidia-smi.ts'

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
  const mebibytes = Number.parseInt(nvidiaSmi('memory.free')[0] ?? '', 10)
  return Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : null
}
