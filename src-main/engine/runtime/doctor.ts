import { cpus, totalmem } from 'node:os'
import { createRequire } from 'node:module'
import { mkdirSync, statfsSync } from 'node:fs'
import type { DoctorReport } from '#contract/doctor.ts'
import { toFlowerbedError } from '#contract/errors.ts'
import type { DeviceChoice } from '#contract/run.ts'
import { flowerbedVersion } from '../../version.ts'
import { loadTensorFlow } from './load.ts'

const enoughBytes = 5e9

/** What there is, what is used, and one line of advice for each thing amiss. Loads TensorFlow, which is the proof. */
export function examine(options: {
  device: DeviceChoice
  dataDirectory: string
  electron?: DoctorReport['electron']
}): DoctorReport {
  const { device, dataDirectory, electron = null } = options
  const advice: string[] = []
  let loaded: ReturnType<typeof loadTensorFlow> | null = null
  let why: string
  try {
    loaded = loadTensorFlow({ device })
    why = loaded.why
    if (loaded.advice !== null) advice.push(`${sentence(why)} ${loaded.advice}`)
  } catch (thrown) {
    const error = toFlowerbedError(thrown)
    why = error.message
    advice.push(`${sentence(error.message)} ${error.hint ?? ''}`.trim())
  }
  const freeBytes = freeSpace(dataDirectory, advice)
  if (freeBytes < enoughBytes) {
    advice.push(
      `Only ${(freeBytes / 1e9).toFixed(1)} GB are free for data. Free some, or choose another folder with --data-dir.`,
    )
  }
  if (electron && electron.version !== electron.declared) {
    advice.push(
      `Electron ${electron.version} stands in for ${electron.declared}, which could not be fetched; \`npm run setup\` looks for it again.`,
    )
  }
  const tfjs = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/package.json') as { version: string }
  return {
    ok: loaded !== null && advice.length === 0,
    versions: {
      flowerbed: flowerbedVersion,
      node: process.versions.node,
      electron: (process.versions as Partial<Record<string, string>>)['electron'] ?? null,
      tensorflow: loaded?.tensorflowVersion ?? null,
      tfjs: tfjs.version,
    },
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? process.arch,
    cores: cpus().length,
    memoryBytes: totalmem(),
    threads: loaded ? { count: loaded.threads.intraOp, why: loaded.threads.why } : null,
    runtime: loaded?.runtime ?? null,
    device: { choice: device, used: loaded?.device ?? null, name: loaded?.deviceName ?? null, why },
    dataDirectory,
    freeBytes,
    electron,
    advice,
  }
}

/** A clause as a sentence of its own. */
const sentence = (clause: string) =>
  `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${clause.endsWith('.') ? '' : '.'}`

function freeSpace(directory: string, advice: string[]): number {
  try {
    mkdirSync(directory, { recursive: true })
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch (thrown) {
    advice.push(`The data folder cannot be used: ${toFlowerbedError(thrown).message}`)
    return 0
  }
}
