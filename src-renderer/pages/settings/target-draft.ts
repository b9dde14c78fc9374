import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { IpcArgument } from '#shared/ipc.ts'
import { parseResource, targetSchema } from '#shared/remote/target.ts'

/** A new target as it is typed. */
export const emptyTarget = {
  ...{ kind: 'ssh' as 'ssh' | 'slurm' | 'sky', name: '', host: '', folder: '~/.flowerbed' },
  ...{ partition: '', minutes: '', gpus: '1', extra: '' },
  ...{ resources: '', idleMinutes: '10' },
}

export type TargetField = Exclude<keyof typeof emptyTarget, 'kind'>

const given = (text: string) => text.trim() !== ''

const resourcePairs = (text: string) => text.split(/\s+/).filter(given).map(parseResource)

/** Pairs `key=value`, as on the command line. @throws FlowerbedError for what is no such pair */
function resourcesOf(text: string): Record<string, string | number | boolean> {
  const pairs = resourcePairs(text)
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

/** The fields whose text no target can have, in no order. */
export function wrongFields(draft: typeof emptyTarget): Set<TargetField> {
  const isWrong = draft.kind === 'sky' && resourcePairs(draft.resources).includes(null)
  // Without them the other fields can be judged.
  const { error } = targetSchema.safeParse(targetOf(isWrong ? { ...draft, resources: '' } : draft))
  const wrong = (error?.issues ?? []).flatMap(({ path }) => {
    const field = path.find((part) => part !== 'slurm')
    return isField(field) ? [field] : []
  })
  return new Set([...wrong, ...(isWrong ? (['resources'] as const) : [])])
}

const isField = (part: PropertyKey | undefined): part is TargetField =>
  typeof part === 'string' && part !== 'kind' && Object.hasOwn(emptyTarget, part)
