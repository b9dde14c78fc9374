import { freemem, totalmem } from 'node:os'
import { readNvidia, visibleCards } from './nvidia.ts'

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

/** Bytes free on the card that TensorFlow sees; null where the driver does not tell. */
function freeOnCard(): number | null {
  const [card] = visibleCards(readNvidia().cards, process.env.CUDA_VISIBLE_DEVICES)
  return card?.freeBytes ?? null
}
