import { desktopText } from '#shared/desktop-text.ts'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'

/** A GPU as the driver reports it; null for what it does not report. */
export interface NvidiaGpu {
  /** Its index in the order of the PCI bus, which CUDA_VISIBLE_DEVICES uses. */
  index: number
  uuid: string | null
  name: string
  /** For example 8.9; kernels are compiled for it. */
  computeCapability: number | null
  memoryBytes: number | null
  freeBytes: number | null
}

export interface NvidiaState {
  gpus: NvidiaGpu[]
  /** For example 535.183.01; null without a driver. */
  driver: string | null
  /** The driver's message when it does not respond. */
  problem: string | null
}

/** Access to the machine; replaced by recordings in tests. */
export interface NvidiaProbe {
  platform: NodeJS.Platform
  exists: (path: string) => boolean
  /** null where it cannot be read. */
  readFile: (path: string) => string | null
  list: (path: string) => string[]
  /** The program's stdout, also when it failed; null where there is no such program. */
  run: (program: string, args: string[]) => { ok: boolean; stdout: string } | null
}

const procVersion = '/proc/driver/nvidia/version'
const procGpus = '/proc/driver/nvidia/gpus'
/** In WSL the tool comes from Windows, and its folder may not be on the path. */
const wslTool = '/usr/lib/wsl/lib/nvidia-smi'
const fields = ['index', 'uuid', 'name', 'compute_cap', 'memory.total', 'memory.free', 'driver_version']

/** Reads the NVIDIA GPUs and the driver from nvidia-smi, and from /proc where that is missing. */
export function readNvidia(probe: NvidiaProbe = thisMachine): NvidiaState {
  if (probe.platform === 'darwin') return { gpus: [], driver: null, problem: null }
  const kernel = probe.platform === 'linux' ? readKernel(probe) : { gpus: [], driver: null }
  const mayHaveGpu =
    probe.platform !== 'linux' ||
    kernel.driver !== null ||
    ['/dev/nvidiactl', '/dev/dxg'].some((path) => probe.exists(path))
  // Without a driver the query fails, after a while.
  if (!mayHaveGpu) return { ...kernel, problem: null }
  const answer = queryNvidia(probe, 'gpu', fields) ?? null
  if (answer === null) return { ...kernel, problem: null }
  if (answer.ok) return parseGpus(answer.stdout, kernel.driver)
  // nvidia-smi before 2022 does not report compute capabilities.
  if (/compute_cap.*not a valid field/.test(answer.stdout)) {
    const older = fields.filter((field) => field !== 'compute_cap')
    const retry = queryNvidia(probe, 'gpu', older)
    if (retry?.ok) return parseGpus(addEmptyCapability(retry.stdout), kernel.driver)
  }
  const problem = answer.stdout.trim().split('\n')[0] ?? ''
  // A driver without a GPU is no problem.
  if (/^No devices were found/.test(problem)) return { gpus: [], driver: kernel.driver, problem: null }
  return { ...kernel, problem: problem === '' ? desktopText('device.noReason') : problem }
}

/** The GPUs that CUDA_VISIBLE_DEVICES names, by index or by a prefix of their UUID; CUDA ignores what follows a wrong name. */
export function filterVisibleGpus(gpus: NvidiaGpu[], visible: string | undefined): NvidiaGpu[] {
  if (visible === undefined) return [...gpus]
  const named: NvidiaGpu[] = []
  for (const name of visible.split(',').map((part) => part.trim())) {
    const gpu = /^\d+$/.test(name)
      ? gpus.find(({ index }) => index === Number(name))
      : name.startsWith('GPU-')
        ? gpus.find(({ uuid }) => uuid?.startsWith(name))
        : // A MIG partition: only CUDA knows its GPU.
          name.startsWith('MIG-')
          ? gpus[0]
          : undefined
    if (!gpu) break
    if (!named.includes(gpu)) named.push(gpu)
  }
  return named
}

/** Asks nvidia-smi for columns of its GPUs, or of the processes that use them. */
export function queryNvidia(
  probe: NvidiaProbe,
  of: 'gpu' | 'compute-apps',
  names: string[],
): ReturnType<NvidiaProbe['run']> {
  const args = [`--query-${of}=${names.join(',')}`, '--format=csv,noheader,nounits']
  return probe.run('nvidia-smi', args) ?? (probe.exists(wslTool) ? probe.run(wslTool, args) : null)
}

/** Inserts an empty column for the compute capability. */
function addEmptyCapability(csv: string): string {
  return csv.replace(/^([^,]*,[^,]*,[^,]*),/gm, '$1, ,')
}

const parseNumber = (text: string | undefined): number | null => {
  const value = Number.parseFloat(text ?? '')
  return Number.isFinite(value) ? value : null
}
const parseMebibytes = (text: string | undefined): number | null => {
  const value = parseNumber(text)
  return value === null ? null : value * 2 ** 20
}

function parseGpus(csv: string, kernelDriver: string | null): NvidiaState {
  let driver = kernelDriver
  const gpus = csv.split('\n').flatMap((line): NvidiaGpu[] => {
    const columns = line.split(',').map((column) => column.trim())
    const index = parseNumber(columns[0])
    if (columns.length !== fields.length || index === null) return []
    const [, uuid, name = '', capability, total, free, version] = columns
    if (version !== undefined && /^\d/.test(version)) driver = version
    return [
      {
        index,
        uuid: uuid?.startsWith('GPU-') ? uuid : null,
        name,
        computeCapability: parseNumber(capability),
        memoryBytes: parseMebibytes(total),
        freeBytes: parseMebibytes(free),
      },
    ]
  })
  return { gpus, driver, problem: null }
}

/** Reads what /proc reports, enough to name the GPUs in a container without nvidia-smi. */
function readKernel(probe: NvidiaProbe): Pick<NvidiaState, 'gpus' | 'driver'> {
  const driver = /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(probe.readFile(procVersion) ?? '')?.[1]
  const gpus = probe.list(procGpus).flatMap((bus, index): NvidiaGpu[] => {
    const text = probe.readFile(`${procGpus}/${bus}/information`) ?? ''
    const name = /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim()
    const uuid = /^GPU UUID:\s*(GPU-[0-9a-f-]+)$/m.exec(text)?.[1] ?? null
    return name === undefined
      ? []
      : [{ index, uuid, name, computeCapability: null, memoryBytes: null, freeBytes: null }]
  })
  return { gpus, driver: driver ?? null }
}

export const thisMachine: NvidiaProbe = {
  platform: process.platform,
  exists: existsSync,
  readFile: (path) => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return null
    }
  },
  list: (path) => {
    try {
      return readdirSync(path).sort()
    } catch {
      return []
    }
  },
  run: (program, args) => {
    try {
      const stdout = execFileSync(program, args, {
        encoding: 'utf8',
        timeout: 5000,
        stdio: ['ignore', 'pipe', 'ignore'],
        windowsHide: true,
      })
      return { ok: true, stdout }
    } catch (thrown) {
      const failed = thrown as { code?: string; stdout?: string }
      return failed.code === 'ENOENT' ? null : { ok: false, stdout: failed.stdout ?? '' }
    }
  },
}
