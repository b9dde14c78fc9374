import { cpus, totalmem } from 'node:os'
import { createRequire } from 'node:module'
import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { DoctorReport } from '#shared/schemas/doctor.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
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
  const { value: loaded, problem } = attempt(() => loadTensorFlow({ device }))
  const disk = attempt(() => freeSpace(dataDirectory))
  const advice = advise({
    electron,
    tensorflowProblem: problem,
    unusedCard: loaded?.advice ? { why: loaded.why, remedy: loaded.advice } : null,
    folderProblem: disk.problem,
    freeBytes: disk.value ?? 0,
  })
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
    threads: loaded ? { count: loaded.threads.intraOp, why: loaded.threads.why } : null,
    kernels: loaded?.kernels
      ? `${loaded.kernels.instructions}${loaded.kernels.bf16 ? ' with bfloat16' : ''}`
      : null,
    precision: loaded ? statePrecision(loaded.fastPrecision) : null,
    runtime: loaded?.runtime ?? null,
    device: {
      choice: device,
      used: loaded?.device ?? null,
      name: loaded?.deviceName ?? null,
      why: loaded?.why ?? problem?.message ?? '',
    },
    dataDirectory,
    freeBytes: disk.value ?? 0,
    electron,
    advice,
  }
}

/** What `auto` comes to where products may be computed quicker in `fast`. */
export const statePrecision = (fast: Precision): string =>
  fast === 'fp32'
    ? 'fp32; this device is not quicker in 16 bits'
    : `fp32 or ${fast}, whichever takes less time per step: both are timed when a run starts, and a resumed run keeps its own`

/** What a doctor has to know to give advice. */
interface Findings {
  tensorflowProblem: FlowerbedError | null
  folderProblem: FlowerbedError | null
  /** Of the disk that the data folder is on. */
  freeBytes: number
  /** Why a card that is there is not computed on, and what to do about it. */
  unusedCard: { why: string; remedy: string } | null
  electron: DoctorReport['electron']
}

/** One line for each thing amiss: what it is, and what to do. */
export function advise(found: Findings): string[] {
  const { tensorflowProblem, folderProblem, freeBytes, unusedCard, electron } = found
  const lines: string[] = []
  if (tensorflowProblem) lines.push(inOneLine(tensorflowProblem))
  if (folderProblem) lines.push(inOneLine(folderProblem))
  else if (freeBytes < enoughBytes) {
    lines.push(
      `Only ${(freeBytes / 1e9).toFixed(1)} GB are free for data. Free some, or choose another folder with --data-dir.`,
    )
  }
  if (unusedCard) lines.push(`${asSentence(unusedCard.why)} ${unusedCard.remedy}`)
  if (electron && electron.version !== electron.declared) {
    lines.push(
      `Electron ${electron.version} stands in for ${electron.declared}, which could not be fetched; the set-up looks for it again once a day. Behind a proxy set HTTPS_PROXY, for a mirror ELECTRON_MIRROR.`,
    )
  }
  return lines
}

const inOneLine = ({ message, hint = '' }: FlowerbedError): string => `${asSentence(message)} ${hint}`.trim()

/** A clause as a sentence of its own. */
const asSentence = (clause: string) =>
  `${clause.charAt(0).toUpperCase()}${clause.slice(1)}`.replace(/([^.!?])$/, '$1.')

function attempt<T>(task: () => T): { value: T; problem: null } | { value: null; problem: FlowerbedError } {
  try {
    return { value: task(), problem: null }
  } catch (thrown) {
    return { value: null, problem: toFlowerbedError(thrown) }
  }
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
