import { formatBytes } from '#shared/format.ts'
import type { TargetEntry } from '#shared/ipc.ts'
import type { Target } from '#shared/remote/target.ts'
import { formatAge } from '../../entities/runs/run-labels.ts'
import { t } from '../../i18n.ts'

/** How a target is reached. */
export function targetAddress(target: Target): string {
  const { folder } = target
  switch (target.kind) {
    case 'ssh':
      return t('settings.targets.address.ssh', { host: target.host, folder })
    case 'slurm':
      return target.host === null
        ? t('settings.targets.address.slurmHere', { folder })
        : t('settings.targets.address.slurm', { host: target.host, folder })
    case 'sky': {
      const resources = Object.entries(target.resources)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')
      return resources === ''
        ? t('settings.targets.address.sky', { folder })
        : t('settings.targets.address.skyWith', { resources, folder })
    }
  }
}

/** What a target last said of itself, a line each. */
export function targetFacts({ target, seen }: TargetEntry): string[] {
  if (!seen) return [t('settings.targets.notSeen')]
  const { report, at } = seen
  const machine = t('settings.targets.machine', {
    ...{ hostname: report.hostname, cpu: report.cpu, count: report.cores },
    ...{ memory: formatBytes(report.memoryBytes), disk: formatBytes(report.freeDiskBytes) },
  })
  const gpus = report.gpus.map(({ name, memoryBytes, freeBytes }) =>
    t('settings.targets.gpu', { name, memory: formatBytes(memoryBytes), free: formatBytes(freeBytes) }),
  )
  const tensorflow = report.tensorflow ?? t('settings.targets.noTensorflow')
  const versions = [
    t('settings.targets.versions', { version: report.version, tensorflow }),
    ...(report.slurm === null ? [] : [t('settings.targets.slurm', { version: report.slurm })]),
    t('settings.targets.seen', { age: formatAge(at) }),
  ]
  // A job of Slurm is not of a session.
  const ends = report.endsAtLogout === true && target.kind !== 'slurm'
  return [machine, ...gpus, versions.join(' · '), ...(ends ? [t('settings.targets.endsAtLogout')] : [])]
}
