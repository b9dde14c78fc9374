import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { IpcArgument } from '#shared/ipc.ts'
import { parseResource } from '#shared/remote/target.ts'

/** A new target as it is typed. */
export const emptyTarget = {
  ...{ kind: 'ssh' as 'ssh' | 'slurm' | 'sky', name: '', host: '', folder: '~/.flowerbed' },
  ...{ partition: '', minutes: '', gpus: '1', extra: '' },
  ...{ resources: '', idleMinutes: '10' },
}

const given = (text: string) => text.trim() !== ''

/** Pairs `key=value`, as on the command line. @throws FlowerbedError for what is no such pair */
function resourcesOf(text: string): Record<string, string | number | boolean> {
  const pairs = text.split(/\s+/).filter(given).map(parseResource)
  if (pairs.includes(null)) throw new FlowerbedError('bad-input', errorText('target.resourcePair'))
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair.key, pair.value]] : [])))
}

/** The target that was typed; main says what of it does not hold. */
export function targetOf(draft: typeof emptyTarget): IpcArgument<'targets.add'> {
  const { kind, partition, minutes, gpus, extra, resources, idleMinutes } = draft
  const [name, host, folder] = [draft.name.trim(), draft.host.trim(), draft.folder.trim()]
  const common = { name, ...(folder === '' ? {} : { folder }) }
  if (kind === 'ssh') return { kind, ...common, host }
  if (kind === 'sky') {
    const idle = given(idleMinutes) ? { idleMinutes: Number(idleMinutes) } : {}
    return { kind, ...common, resources: resourcesOf(resources), ...idle }
  }
  return {
    ...{ kind, ...common, host: host === '' ? null : host },
    slurm: {
      ...(given(partition) ? { partition: partition.trim() } : {}),
      ...(given(minutes) ? { minutes: Number(minutes) } : {}),
      ...(given(gpus) ? { gpus: Number(gpus) } : {}),
      extra: extra.split(/\s+/).filter(given),
    },
  }
}
