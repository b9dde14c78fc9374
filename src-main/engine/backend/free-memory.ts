import { freemem, totalmem } from 'node:os'
import { readNvidia, filterVisibleGpus } from './nvidia.ts'

/** Bytes of free memory: the GPU's on `cuda`, else the machine's. */
export function readAvailableMemory(device: 'cpu' | 'cuda'): number {
  const gpuBytes = device === 'cuda' ? readGpuFreeBytes() : null
  return gpuBytes ?? readMachineFreeBytes()
}

/** Share of the memory assumed available on macOS, whose count of free memory omits most of what can be reclaimed. */
const availableShareOnMac = 0.75

function readMachineFreeBytes(): number {
  if (process.platform === 'darwin') return availableShareOnMac * totalmem()
  // Missing from the types: counts reclaimable memory and a container's limit.
  const { availableMemory: readAvailable } = process as { availableMemory?: () => number }
  return readAvailable?.call(process) ?? freemem()
}

/** Free bytes of the GPU that TensorFlow uses; null where the driver does not report them. */
function readGpuFreeBytes(): number | null {
  const [gpu] = filterVisibleGpus(readNvidia().gpus, process.env.CUDA_VISIBLE_DEVICES)
  return gpu?.freeBytes ?? null
}
