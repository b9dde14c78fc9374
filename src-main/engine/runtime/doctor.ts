import { cpus, totalmem } from 'node:os'
import { createRequire } from 'node:module'
import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs'
import type { DoctorReport } from '#contract/doctor.ts'
import { FlowerbedError, toFlowerbedError } from '#contract/errors.ts'
import type { DeviceChoice } from '#contract/run.ts'
import { flowerbedVersion } from '../../version.ts'
import { nvidiaGpus } from './gpu.ts'
import { installedRuntimes } from './installed.ts'
import { loadTensorFlow } from './load.ts'

const enoughBytes = 5e9

/** What there is, what is used, and one line of advice for each thing amiss. Loads TensorFlow, which is the proof. */
export function examine(options: {
  device: DeviceChoice
  dataDirectory: string
  electron?: DoctorReport['electron']
}): DoctorReport {
  const { device, dataDirectory, electron = null } = options
  const gpus = nvidiaGpus()
  const { value: loaded, problem } = attempt(() => loadTensorFlow({ device }))
  const disk = attempt(() => freeSpace(dataDirectory))
  const used = loaded?.device ?? null
  const advice = advise({
    ...{ gpus, electron, device, used },
    tensorflowProblem: problem,
    folderProblem: disk.problem,
    freeBytes: disk.value ?? 0,
  })
  const why =
    used === null
      ? (problem?.message ?? '')
      : reason({ device, used, gpus, cuda: installedRuntimes().some(({ variant }) => variant === 'cuda') })
  const tfjs = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/package.json') as { version: string }
  return {
    ok: advice.length === 0,
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
    runtime: loaded?.runtime ?? null,
    device: { choice: device, used, name: loaded?.deviceName ?? null, why },
    dataDirectory,
    freeBytes: disk.value ?? 0,
    electron,
    advice,
  }
}

/** What a doctor has to know to give advice. */
interface Findings {
  tensorflowProblem: FlowerbedError | null
  folderProblem: FlowerbedError | null
  /** Of the disk that the data folder is on. */
  freeBytes: number
  /** Names. */
  gpus: string[]
  device: DeviceChoice
  used: 'cpu' | 'cuda' | null
  electron: DoctorReport['electron']
}

/** One line for each thing amiss: what it is, and what to do. */
export function advise(found: Findings): string[] {
  const { tensorflowProblem, folderProblem, freeBytes, gpus, device, used, electron } = found
  const lines: string[] = []
  if (tensorflowProblem) lines.push(inOneLine(tensorflowProblem))
  if (folderProblem) lines.push(inOneLine(folderProblem))
  else if (freeBytes < enoughBytes) {
    lines.push(
      `Only ${(freeBytes / 1e9).toFixed(1)} GB are free for data. Free some, or choose another folder with --data-dir.`,
    )
  }
  if (gpus.length > 0 && used === 'cpu' && device === 'auto')
    lines.push(`${gpus[0]} is not used. Install TensorFlow for NVIDIA GPUs under Settings → Compute.`)
  if (electron && electron.version !== electron.declared) {
    lines.push(
      `Electron ${electron.version} stands in for ${electron.declared}, which could not be fetched; the set-up looks for it again once a day. Behind a proxy set HTTPS_PROXY, for a mirror ELECTRON_MIRROR.`,
    )
  }
  return lines
}

const inOneLine = ({ message, hint = '' }: FlowerbedError): string =>
  `${message.replace(/([^.!?])$/, '$1.')} ${hint}`.trim()

function attempt<T>(task: () => T): { value: T; problem: null } | { value: null; problem: FlowerbedError } {
  try {
    return { value: task(), problem: null }
  } catch (thrown) {
    return { value: null, problem: toFlowerbedError(thrown) }
  }
}

function reason(facts: {
  device: DeviceChoice
  used: 'cpu' | 'cuda'
  gpus: string[]
  cuda: boolean
}): string {
  const { device, used, gpus, cuda } = facts
  if (device !== 'auto') return `chosen: ${device}`
  if (used === 'cuda') return `${gpus[0] ?? 'An NVIDIA GPU'} is there, and TensorFlow for it is installed`
  if (gpus.length === 0) return 'no NVIDIA GPU with a working driver was found'
  return cuda ? 'TensorFlow could not use the GPU' : 'TensorFlow for NVIDIA GPUs is not installed'
}

/**
 * Free bytes of the disk that holds a folder.
 * @throws FlowerbedError bad-input when nothing can be written there
 */
function freeSpace(directory: string): number {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch (cause) {
    throw new FlowerbedError('bad-input', `Nothing can be kept in the data folder ${directory}`, {
      where: directory,
      hint: 'Choose a folder that you may write to with --data-dir or FLOWERBED_DATA_DIR.',
      cause,
    })
  }
}
