import type { DeviceChoice, DeviceKind, RunRecord } from '#shared/schemas/run.ts'

/**
 * What trains one run at a time on this computer: where there are several GPUs each of them, as nvidia-smi numbers them, and
 * the processor; else the computer.
 */
export type TrainingDevice = 'computer' | 'cpu' | `cuda:${number}`

/** A run's choice of devices. */
export type ChosenDevices = Pick<RunRecord, 'deviceChoice' | 'workers'>

/** A device of several, and the run that trains on it. */
export interface DeviceState {
  device: TrainingDevice
  /** Id of the run; null while it is free. */
  runId: string | null
}

/** The devices of a computer with these GPUs, the best first. One GPU trains alone, since it needs the processor too. */
export function trainingDevices(gpus: readonly number[]): TrainingDevice[] {
  return gpus.length < 2 ? ['computer'] : [...gpus.map((index): TrainingDevice => `cuda:${index}`), 'cpu']
}

/** The GPU that a choice names; null where it leaves that open. */
export const chosenGpu = (choice: DeviceChoice | TrainingDevice): number | null =>
  choice.startsWith('cuda:') ? Number(choice.slice('cuda:'.length)) : null

/** A choice without its GPU. */
export const deviceKind = (choice: DeviceChoice): DeviceKind =>
  choice === 'auto' || choice === 'cpu' ? choice : 'cuda'

/**
 * The devices on which a run can train, as sets each of which it needs as a whole, the preferred one first. A GPU that is not
 * there leaves the others: that it is missing is said when the run begins.
 */
export function deviceSets(
  { deviceChoice, workers }: ChosenDevices,
  devices: readonly TrainingDevice[],
): TrainingDevice[][] {
  if (devices[0] === 'computer') return [['computer']]
  const gpus = devices.filter((device) => device !== 'cpu')
  if (workers && 'hosts' in workers) return [gpus]
  if (workers && 'gpus' in workers) {
    const named = gpus.filter((device) => workers.gpus.some((index) => device === `cuda:${index}`))
    return named.length > 0 ? [named] : [gpus]
  }
  if (deviceChoice === 'cpu' || workers) return [['cpu']]
  const own = gpus.filter((device) => device === deviceChoice)
  return (own.length > 0 ? own : gpus).map((device) => [device])
}

/** The first set of devices that is free as a whole; null where there is none. */
export const freeSet = (
  sets: readonly TrainingDevice[][],
  free: ReadonlySet<TrainingDevice>,
): TrainingDevice[] | null => sets.find((set) => set.every((device) => free.has(device))) ?? null

/**
 * The run that a free device is to train next, and the devices that it takes; null where none is to. A run that needs several
 * devices keeps those that are free from the runs behind it, or it would never find all of them free.
 * @param waiting in the order of the queue
 * @param free the free devices, `device` among them
 */
export function nextOn<Run extends ChosenDevices>(
  device: TrainingDevice,
  waiting: readonly Run[],
  { devices, free }: { devices: readonly TrainingDevice[]; free: ReadonlySet<TrainingDevice> },
): { run: Run; devices: TrainingDevice[] } | null {
  const left = new Set(free)
  for (const run of waiting) {
    const sets = deviceSets(run, devices)
    const own = sets.filter(([first]) => first === device)
    const set = freeSet([...own, ...sets], left)
    if (set?.[0] === device) return { run, devices: set }
    for (const kept of set ?? sets.flat()) left.delete(kept)
  }
  return null
}

/**
 * Where a run that is to start now trains, and the runs that have to make way for it.
 * @param states of the devices; none where there are not several
 */
export function placeNow(
  run: ChosenDevices,
  states: readonly DeviceState[],
): { devices: TrainingDevice[]; pauses: string[] } {
  const sets = deviceSets(run, states.length === 0 ? ['computer'] : states.map(({ device }) => device))
  const free = new Set(states.flatMap(({ device, runId }) => (runId === null ? [device] : [])))
  const devices = freeSet(sets, free) ?? sets[0] ?? []
  const running = states.flatMap(({ device, runId }) =>
    runId !== null && devices.includes(device) ? [runId] : [],
  )
  return { devices, pauses: [...new Set(running)] }
}
