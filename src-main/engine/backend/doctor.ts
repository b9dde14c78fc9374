import { cpus, totalmem } from 'node:os'
import { createRequire } from 'node:module'
import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs'
import { desktopText } from '#shared/desktop-text.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { DoctorReport } from '#shared/schemas/doctor.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { flowerbedVersion } from '../../version.ts'
import type { Kernels } from './tfjs.ts'
import { loadTensorFlow } from './load.ts'

const minFreeBytes = 5e9

/** Reports versions, hardware and settings with one line of advice per problem. Loads TensorFlow, to show that it works. */
export function examine(options: {
  device: DeviceChoice
  dataDirectory: string
  electron?: DoctorReport['electron']
}): DoctorReport {
  const { device, dataDirectory, electron = null } = options
  const { value: loaded, problem } = attempt(() => loadTensorFlow({ device }))
  const disk = attempt(() => readFreeSpace(dataDirectory))
  const advice = advise({
    electron,
    tensorflowProblem: problem,
    unusedGpu: loaded?.advice ? { why: loaded.why, remedy: loaded.advice } : null,
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
    kernels: loaded?.kernels ? describeKernels(loaded.kernels) : null,
    precision: loaded ? describePrecision(loaded.fastPrecision) : null,
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

/** The instruction set of the kernels, and whether they compute in 16 bits. */
const describeKernels = ({ instructions, bf16 }: Kernels): string =>
  bf16 ? desktopText('doctor.bfloat16', { instructions }) : instructions

/** Describes what the precision `auto` results in where products may be faster in `fast`. */
export const describePrecision = (fast: Precision): string =>
  fast === 'fp32' ? desktopText('doctor.fp32') : desktopText('doctor.timed', { fast })

/** The findings that need advice. */
interface Findings {
  tensorflowProblem: FlowerbedError | null
  folderProblem: FlowerbedError | null
  /** On the disk of the data folder. */
  freeBytes: number
  /** Why an available GPU is not used, and how to change that. */
  unusedGpu: { why: string; remedy: string } | null
  electron: DoctorReport['electron']
}

/** One line per problem: what it is, and what to do. */
export function advise(found: Findings): string[] {
  const { tensorflowProblem, folderProblem, freeBytes, unusedGpu, electron } = found
  const lines: string[] = []
  if (tensorflowProblem) lines.push(formatLine(tensorflowProblem))
  if (folderProblem) lines.push(formatLine(folderProblem))
  else if (freeBytes < minFreeBytes) {
    lines.push(desktopText('doctor.littleSpace', { free: (freeBytes / 1e9).toFixed(1) }))
  }
  if (unusedGpu) lines.push(`${toSentence(unusedGpu.why)} ${unusedGpu.remedy}`)
  if (electron && electron.version !== electron.declared) {
    lines.push(desktopText('doctor.electron', { version: electron.version, declared: electron.declared }))
  }
  return lines
}

const formatLine = ({ message, hint = '' }: FlowerbedError): string => `${toSentence(message)} ${hint}`.trim()

/** Makes a clause a sentence. */
const toSentence = (clause: string) =>
  `${clause.charAt(0).toUpperCase()}${clause.slice(1)}`.replace(/([^.!?])$/, '$1.')

function attempt<T>(task: () => T): { value: T; problem: null } | { value: null; problem: FlowerbedError } {
  try {
    return { value: task(), problem: null }
  } catch (thrown) {
    return { value: null, problem: toFlowerbedError(thrown) }
  }
}

/**
 * Reads the free bytes of a folder's disk.
 * @throws FlowerbedError `bad-input` when the folder is not writable
 */
function readFreeSpace(directory: string): number {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch (cause) {
    throw new FlowerbedError('bad-input', errorText('files.dataFolderNotWritable', { folder: directory }), {
      where: directory,
      cause,
    })
  }
}
