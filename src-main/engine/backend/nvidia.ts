import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'

/** A card as the driver tells of it; null for what it does not tell. */
export interface NvidiaCard {
  /** Its place in the order of the PCI bus, by which CUDA_VISIBLE_DEVICES counts. */
  index: number
  uuid: string | null
  name: string
  /** 8.9 for one: what kernels are compiled for. */
  computeCapability: number | null
  memoryBytes: number | null
  freeBytes: number | null
}

export interface NvidiaState {
  cards: NvidiaCard[]
  /** 535.183.01 for one; null where there is no driver. */
  driver: string | null
  /** Why a driver that is there does not answer, in its own words. */
  problem: string | null
}

/** What of the machine is looked at; replaced by recordings in tests. */
export interface NvidiaProbe {
  platform: NodeJS.Platform
  exists: (path: string) => boolean
  /** null where it cannot be read. */
  readFile: (path: string) => string | null
  list: (path: string) => string[]
  /** What the program answered on stdout, also when it failed; null where there is no such program. */
  run: (program: string, args: string[]) => { ok: boolean; stdout: string } | null
}

const procVersion = '/proc/driver/nvidia/version'
const procCards = '/proc/driver/nvidia/gpus'
/** In WSL the tool comes from Windows, and its folder need not be on the path. */
const wslTool = '/usr/lib/wsl/lib/nvidia-smi'
const fields = ['index', 'uuid', 'name', 'compute_cap', 'memory.total', 'memory.free', 'driver_version']

/** The NVIDIA cards and the driver of this machine. Asks the driver's own tool, and the kernel where that is missing. */
export function readNvidia(probe: NvidiaProbe = thisMachine): NvidiaState {
  if (probe.platform === 'darwin') return { cards: [], driver: null, problem: null }
  const kernel = probe.platform === 'linux' ? readKernel(probe) : { cards: [], driver: null }
  const mayHaveCard =
    probe.platform !== 'linux' ||
    kernel.driver !== null ||
    ['/dev/nvidiactl', '/dev/dxg'].some((path) => probe.exists(path))
  // Without a driver there is nobody to ask, and the question takes its time.
  if (!mayHaveCard) return { ...kernel, problem: null }
  const told = ask(probe, fields) ?? null
  if (told === null) return { ...kernel, problem: null }
  if (told.ok) return cardsOf(told.stdout, kernel.driver)
  // Tools before 2022 do not know of compute capabilities.
  if (/compute_cap.*not a valid field/.test(told.stdout)) {
    const older = fields.filter((field) => field !== 'compute_cap')
    const again = ask(probe, older)
    if (again?.ok) return cardsOf(withoutCapability(again.stdout), kernel.driver)
  }
  const problem = told.stdout.trim().split('\n')[0] ?? ''
  // The tool is there and says that no card is: not a trouble.
  if (/^No devices were found/.test(problem)) return { cards: [], driver: kernel.driver, problem: null }
  return { ...kernel, problem: problem === '' ? 'nvidia-smi failed and did not say why' : problem }
}

/** The cards that CUDA_VISIBLE_DEVICES names, by number or by the beginning of their UUID; a wrong name ends the list. */
export function visibleCards(cards: NvidiaCard[], visible: string | undefined): NvidiaCard[] {
  if (visible === undefined) return [...cards]
  const named: NvidiaCard[] = []
  for (const name of visible.split(',').map((part) => part.trim())) {
    const card = /^\d+$/.test(name)
      ? cards.find(({ index }) => index === Number(name))
      : name.startsWith('GPU-')
        ? cards.find(({ uuid }) => uuid?.startsWith(name))
        : // A part of a card (MIG): which card it is of, only CUDA knows.
          name.startsWith('MIG-')
          ? cards[0]
          : undefined
    if (!card) break
    if (!named.includes(card)) named.push(card)
  }
  return named
}

function ask(probe: NvidiaProbe, query: string[]): ReturnType<NvidiaProbe['run']> {
  const args = [`--query-gpu=${query.join(',')}`, '--format=csv,noheader,nounits']
  return probe.run('nvidia-smi', args) ?? (probe.exists(wslTool) ? probe.run(wslTool, args) : null)
}

/** Puts an empty column where the compute capability would be. */
function withoutCapability(csv: string): string {
  return csv.replace(/^([^,]*,[^,]*,[^,]*),/gm, '$1, ,')
}

const number = (text: string | undefined): number | null => {
  const value = Number.parseFloat(text ?? '')
  return Number.isFinite(value) ? value : null
}
const mebibytes = (text: string | undefined): number | null => {
  const value = number(text)
  return value === null ? null : value * 2 ** 20
}

function cardsOf(csv: string, kernelDriver: string | null): NvidiaState {
  let driver = kernelDriver
  const cards = csv.split('\n').flatMap((line): NvidiaCard[] => {
    const columns = line.split(',').map((column) => column.trim())
    const index = number(columns[0])
    if (columns.length !== fields.length || index === null) return []
    const [, uuid, name = '', capability, total, free, version] = columns
    if (version !== undefined && /^\d/.test(version)) driver = version
    return [
      {
        index,
        uuid: uuid?.startsWith('GPU-') ? uuid : null,
        name,
        computeCapability: number(capability),
        memoryBytes: mebibytes(total),
        freeBytes: mebibytes(free),
      },
    ]
  })
  return { cards, driver, problem: null }
}

/** What the kernel's part of the driver tells: enough to name cards in a container without the driver's tool. */
function readKernel(probe: NvidiaProbe): Pick<NvidiaState, 'cards' | 'driver'> {
  const driver = /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(probe.readFile(procVersion) ?? '')?.[1]
  const cards = probe.list(procCards).flatMap((bus, index): NvidiaCard[] => {
    const text = probe.readFile(`${procCards}/${bus}/information`) ?? ''
    const name = /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim()
    const uuid = /^GPU UUID:\s*(GPU-[0-9a-f-]+)$/m.exec(text)?.[1] ?? null
    return name === undefined
      ? []
      : [{ index, uuid, name, computeCapability: null, memoryBytes: null, freeBytes: null }]
  })
  return { cards, driver: driver ?? null }
}

const thisMachine: NvidiaProbe = {
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
