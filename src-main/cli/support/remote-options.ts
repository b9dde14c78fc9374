import { Option } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../../database/store.ts'

/** What stands for this computer in `--on`. */
const here = 'local'

export const onOption = () =>
  new Option('--on <target>', 'train on another machine: a name of flowerbed target list, or local')
export const detachOption = () =>
  new Option('--detach', 'with --on: return once training has begun there; see flowerbed attach')

export interface RemoteFlags {
  on?: string
  detach?: boolean
}

/** The target that is asked for; null for this computer, undefined where nothing is asked for. */
export function targetIn({ on }: RemoteFlags): string | null | undefined {
  return on === here ? null : on
}

/** @throws FlowerbedError `not-found` for a name that is no target, `bad-input` for what a target does not do */
export function checkTarget(
  store: Store,
  { target, several }: { target: string | null | undefined; several: boolean },
): void {
  if (target === null || target === undefined) return
  store.targets.get(target)
  if (several) throw new FlowerbedError('bad-input', errorText('remote.noWorkers', { name: target }))
}

/** @throws FlowerbedError `conflict` for a run that trains on another target than where it is to go on */
export function checkMove(store: Store, run: RunRecord, target: string | null): void {
  if (!isLive(run) || !store.launches.isOpen(run.id)) return
  const launch = store.launches.find(store.runs.key(run.id))
  if (launch && launch.target !== target) {
    throw new FlowerbedError(
      'conflict',
      errorText('remote.trainsThere', { name: launch.target, run: run.id }),
      { where: run.id },
    )
  }
}
