import { Option } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { processesAtMost, workerHostsSchema, workerNetworkSchema } from '#shared/workers.ts'
import type { WorkerChoice, WorkerState } from '#shared/workers.ts'
import { invalidArgument } from './invalid-argument.ts'
import { wholeNumberFrom } from './options.ts'

export interface WorkerFlags {
  workers?: number | string[]
  workersNetwork?: string
  devices?: number[]
  device: DeviceChoice
}

/** Options that have several processes train a run. */
export const workersOption = () =>
  new Option(
    '--workers <count|hosts>',
    'train in so many processes of this computer, which share its cores and each batch; or in one on each of several machines: names of flowerbed target list and local, such as local,mars',
  ).argParser(parseWorkers)
export const workersNetworkOption = () =>
  new Option(
    '--workers-network <address/prefix>',
    'have workers on several machines reach each other directly in this network, such as 10.0.0.0/24, unencrypted and without a password: for a network that is private to you; else OpenSSH carries what they exchange',
  ).argParser(parseNetwork)
export const devicesOption = () =>
  new Option(
    '--devices <gpus>',
    'train on these GPUs together, as nvidia-smi numbers them, such as 0,1',
  ).argParser(parseGpus)

const parseCount = wholeNumberFrom(1, processesAtMost)

function parseWorkers(text: string): number | string[] {
  if (!/[a-z,]/i.test(text)) return parseCount(text)
  const { data } = workerHostsSchema.safeParse(text.split(','))
  if (!data) throw invalidArgument(errorText('cli.writeHosts'))
  return data
}

function parseNetwork(text: string): string {
  if (!workerNetworkSchema.safeParse(text).success) throw invalidArgument(errorText('cli.writeNetwork'))
  return text
}

function parseGpus(text: string): number[] {
  const gpus = text.split(',')
  const isList = gpus.every((gpu) => /^\d{1,3}$/.test(gpu)) && new Set(gpus.map(Number)).size === gpus.length
  if (!isList) throw invalidArgument(errorText('cli.writeGpus'))
  return gpus.map(Number)
}

/**
 * The processes that the options ask for, null of them for the engine alone, and the device that follows; null without.
 * @throws FlowerbedError `bad-input` for options that exclude each other
 */
export function workersOf({ workers, workersNetwork: network, devices, device }: WorkerFlags): {
  workers: WorkerChoice | null
  device: DeviceChoice
} | null {
  if (network !== undefined && !Array.isArray(workers))
    throw new FlowerbedError('bad-input', errorText('cli.networkOfHosts'), { where: '--workers-network' })
  if (workers === undefined && devices === undefined) return null
  if (workers !== undefined && devices !== undefined)
    throw new FlowerbedError('bad-input', errorText('cli.workersOrDevices'), { where: '--workers' })
  if (Array.isArray(workers))
    return { workers: { hosts: workers, ...(network === undefined ? {} : { network }) }, device }
  const implied = devices === undefined ? 'cpu' : 'cuda'
  if (device !== 'auto' && device !== implied)
    throw new FlowerbedError('bad-input', errorText('cli.otherDevice', { device: implied }), {
      where: '--device',
    })
  return {
    workers: devices ? { gpus: devices } : workers === 1 ? null : { processes: workers ?? 1 },
    device: implied,
  }
}

/** What each worker does, on one line. */
export function describeWorkers(workers: WorkerState[]): string {
  return workers
    .map(({ name, device, images, imagesPerSecond, state }) => {
      if (state === 'ended') return `${name} has ended`
      if (state === 'silent') return `${name} does not respond`
      const speed = imagesPerSecond === null ? '' : `, ${imagesPerSecond.toFixed(1)} images/s`
      return `${name} on ${device}: ${images} images of each batch${speed}`
    })
    .join('; ')
}
