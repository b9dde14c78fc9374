import { formatBytes } from '#shared/format.ts'
import type { DoctorReport } from '#shared/schemas/doctor.ts'
import { t } from '../../i18n.ts'

export interface DoctorRow {
  key: 'versions' | 'tensorflow' | 'device' | 'electron' | 'machine' | 'memory' | 'data' | 'disk'
  label: string
  value: string
  /** Why, or where: in small type beside the value. */
  detail?: string
}

/** The doctor's report, line by line, for the page and for the clipboard. */
export function doctorRows(report: DoctorReport): DoctorRow[] {
  const { node, tfjs, flowerbed } = report.versions
  return [
    {
      key: 'versions',
      label: t('settings.doctor.flowerbed'),
      value: flowerbed,
      detail: t('settings.doctor.versions', { node, tfjs }),
    },
    tensorflowRow(report),
    deviceRow(report),
    ...electronRow(report),
    { key: 'machine', label: t('settings.doctor.machine'), value: report.cpu, detail: report.platform },
    memoryRow(report),
    { key: 'data', label: t('settings.doctor.data'), value: report.dataDirectory },
    {
      key: 'disk',
      label: t('settings.doctor.disk'),
      value: formatBytes(report.freeBytes),
      detail: t('settings.doctor.diskDetail'),
    },
  ]
}

function tensorflowRow({ versions, runtime }: DoctorReport): DoctorRow {
  const row = { key: 'tensorflow', label: t('settings.doctor.tensorflow') } as const
  const version = versions.tensorflow
  if (version === null) return { ...row, value: t('settings.doctor.notLoaded') }
  if (!runtime) return { ...row, value: version }
  const { variant, source } = runtime
  return {
    ...row,
    value: t('settings.doctor.runtime', { version, variant: t(`settings.runtime.variant.${variant}`) }),
    detail: t('settings.doctor.runtimeDetail', {
      term: t(`settings.runtime.term.${variant}`),
      source: t(`settings.runtime.source.${source}`),
    }),
  }
}

function deviceRow({ device }: DoctorReport): DoctorRow {
  const { choice, used, name, why } = device
  const row = { key: 'device', label: t('settings.doctor.device') } as const
  if (used === null) return { ...row, value: t('settings.doctor.noDevice'), detail: why }
  const kind = t(`settings.doctor.deviceKind.${used}`)
  const detail =
    choice === 'auto'
      ? t('settings.doctor.deviceAuto', { kind, why })
      : t('settings.doctor.deviceChosen', { kind })
  return { ...row, value: name ?? kind, detail }
}

function electronRow({ electron, versions }: DoctorReport): DoctorRow[] {
  const row = { key: 'electron', label: t('settings.doctor.electron') } as const
  if (electron === null) return versions.electron === null ? [] : [{ ...row, value: versions.electron }]
  const { version, declared, path } = electron
  const value = version === declared ? version : t('settings.doctor.electronOther', { version, declared })
  return [{ ...row, value, detail: path }]
}

function memoryRow({ memoryBytes, cores, threads }: DoctorReport): DoctorRow {
  const value = t('settings.doctor.memoryValue', { memory: formatBytes(memoryBytes), count: cores })
  const row = { key: 'memory', label: t('settings.doctor.memory'), value } as const
  return threads ? { ...row, detail: t('settings.doctor.threads', { ...threads }) } : row
}

/** The whole report as plain text, to be pasted into a mail or an issue. */
export function doctorText(report: DoctorReport): string {
  const rows = doctorRows(report).map(({ label, value, detail }) =>
    detail === undefined
      ? t('settings.doctor.line', { label, value })
      : t('settings.doctor.lineWithDetail', { label, value, detail }),
  )
  const advice =
    report.advice.length === 0
      ? [t('settings.doctor.healthy')]
      : [`${t('settings.doctor.advice')}:`, ...report.advice.map((line) => `- ${line}`)]
  return [...rows, '', ...advice, ''].join('\n')
}
