import type { IpcArgument } from '#shared/ipc.ts'

/** A new target as it is typed. */
export const emptyTarget = {
  ...{ kind: 'ssh' as 'ssh' | 'slurm', name: '', host: '', folder: '~/.flowerbed' },
  ...{ partition: '', minutes: '', gpus: '1', extra: '' },
}

const given = (text: string) => text.trim() !== ''

/** The target that was typed; main says what of it does not hold. */
export function targetOf(draft: typeof emptyTarget): IpcArgument<'targets.add'> {
  const { kind, partition, minutes, gpus, extra } = draft
  const [name, host, folder] = [draft.name.trim(), draft.host.trim(), draft.folder.trim()]
  const common = { name, ...(folder === '' ? {} : { folder }) }
  if (kind === 'ssh') return { kind, ...common, host }
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
