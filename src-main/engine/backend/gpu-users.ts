import { filterVisibleGpus, queryNvidia, readNvidia, thisMachine } from './nvidia.ts'
import type { NvidiaProbe } from './nvidia.ts'

/** A process that uses the GPU. */
export interface GpuUser {
  pid: number
  name: string
  /** null where the driver does not report it. */
  bytes: number | null
}

/** The GPU that TensorFlow uses: its memory, and the processes that use it besides this one; null without a report. */
export function readGpuUse(
  probe: NvidiaProbe = thisMachine,
  visible = process.env['CUDA_VISIBLE_DEVICES'],
): { totalBytes: number; freeBytes: number; users: GpuUser[] } | null {
  const [gpu] = filterVisibleGpus(readNvidia(probe).gpus, visible)
  if (!gpu || gpu.memoryBytes === null || gpu.freeBytes === null) return null
  const asked = queryNvidia(probe, 'compute-apps', ['gpu_uuid', 'pid', 'process_name', 'used_memory'])
  const users = asked?.ok ? parseUsers(asked.stdout, gpu.uuid) : []
  return { totalBytes: gpu.memoryBytes, freeBytes: gpu.freeBytes, users }
}

function parseUsers(csv: string, uuid: string | null): GpuUser[] {
  return csv
    .split('\n')
    .flatMap((line): GpuUser[] => {
      const [of, id, ...rest] = line.split(',').map((column) => column.trim())
      const pid = Number(id)
      if ((uuid !== null && of !== uuid) || !Number.isInteger(pid) || pid === process.pid) return []
      // The name may hold commas; the memory stands last.
      const mebibytes = Number.parseFloat(rest.at(-1) ?? '')
      const name = rest.slice(0, -1).join(', ').split(/[\\/]/).at(-1) ?? ''
      return [{ pid, name, bytes: Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : null }]
    })
    .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
}
