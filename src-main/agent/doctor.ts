import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { cpus, hostname, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { protocolVersion } from '#shared/remote/protocol.ts'
import type { TargetReport } from '#shared/remote/protocol.ts'
import { readNvidia } from '../engine/backend/nvidia.ts'
import { freeBytes } from '../files/atomic-write.ts'
import { installedRuntimes } from '../tensorflow/installed.ts'
import { flowerbedVersion } from '../version.ts'
import { endsAtLogoutHere } from './logind.ts'

/** `agent doctor`: what the target has. TensorFlow is looked for, not loaded. */
export async function examineTarget(folder: string): Promise<TargetReport> {
  await mkdir(folder, { recursive: true })
  const { gpus } = readNvidia()
  const runtimes = installedRuntimes().map(({ version, variant }) => `${version} (${variant})`)
  return {
    protocol: protocolVersion,
    version: flowerbedVersion,
    hostname: hostname(),
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? process.arch,
    cores: cpus().length,
    memoryBytes: totalmem(),
    freeDiskBytes: await freeBytes(folder),
    gpus: gpus.map(({ name, memoryBytes, freeBytes: free }) => ({
      name,
      memoryBytes: memoryBytes ?? 0,
      freeBytes: free ?? 0,
    })),
    tensorflow: runtimes.length > 0 ? runtimes.join(', ') : null,
    slurm: await slurmVersion(),
    endsAtLogout: await endsAtLogoutHere(),
  }
}

/** The version that `sinfo` says, such as “22.05.8”; null where there is none. */
async function slurmVersion(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('sinfo', ['--version'], { timeout: 10_000 })
    return stdout.trim().replace(/^slurm\S*\s+/, '') || null
  } catch {
    return null
  }
}
