import type { DoctorReport } from '#shared/schemas/doctor.ts'
import { formatBytes, formatPlural } from '#shared/format.ts'
import { sourceWords, variantTerm, variantWords } from './runtime-labels.ts'

export interface DoctorRow {
  key: 'versions' | 'tensorflow' | 'device' | 'electron' | 'machine' | 'memory' | 'data' | 'disk'
  label: string
  value: string
  /** Why, or where: in small type beside the value. */
  detail?: string
}

export const adviceTitle = 'What could be better'
export const allIsWell = 'All is well.'

/** What the doctor found, line by line, for the eye and for the clipboard. */
export function doctorRows(report: DoctorReport): DoctorRow[] {
  const { versions, cpu, cores, memoryBytes, threads, dataDirectory, freeBytes } = report
  return [
    {
      key: 'versions',
      label: 'Flowerbed',
      value: versions.flowerbed,
      detail: `Node ${versions.node} · tfjs ${versions.tfjs}`,
    },
    tensorflowRow(report),
    deviceRow(report),
    ...electronRow(report),
    { key: 'machine', label: 'Machine', value: cpu, detail: report.platform },
    {
      key: 'memory',
      label: 'Memory',
      value: `${formatBytes(memoryBytes)} · ${formatPlural(cores, 'processor')}`,
      ...(threads
        ? { detail: `TensorFlow takes ${formatPlural(threads.count, 'thread')}: ${threads.why}` }
        : {}),
    },
    { key: 'data', label: 'Data folder', value: dataDirectory },
    { key: 'disk', label: 'Free disk', value: formatBytes(freeBytes), detail: 'where the data folder is' },
  ]
}

function tensorflowRow({ versions, runtime }: DoctorReport): DoctorRow {
  const row = { key: 'tensorflow', label: 'TensorFlow' } as const
  if (versions.tensorflow === null) return { ...row, value: 'Not loaded' }
  if (!runtime) return { ...row, value: versions.tensorflow }
  return {
    ...row,
    value: `${versions.tensorflow} ${variantWords[runtime.variant]}`,
    detail: `${variantTerm[runtime.variant]} · ${sourceWords[runtime.source]}`,
  }
}

function deviceRow({ device }: DoctorReport): DoctorRow {
  const { choice, used, name, why } = device
  const row = { key: 'device', label: 'Device' } as const
  if (used === null) return { ...row, value: 'None', detail: why }
  const value = name ?? (used === 'cuda' ? 'NVIDIA GPU' : 'Processor')
  const kind = used === 'cuda' ? 'NVIDIA GPU' : 'Processor'
  const chosen = choice === 'auto' ? `chosen automatically: ${why}` : 'chosen under General'
  return { ...row, value, detail: `${kind}, ${chosen}` }
}

function electronRow({ electron, versions }: DoctorReport): DoctorRow[] {
  const row = { key: 'electron', label: 'Electron' } as const
  if (electron === null) return versions.electron === null ? [] : [{ ...row, value: versions.electron }]
  const { version, declared, path } = electron
  const value = version === declared ? version : `${version}, which stands in for ${declared}`
  return [{ ...row, value, detail: path }]
}

/** The whole report as plain text, to be pasted into a letter or an issue. */
export function doctorText(report: DoctorReport): string {
  const rows = doctorRows(report).map(
    ({ label, value, detail }) => `${label}: ${value}${detail === undefined ? '' : ` (${detail})`}`,
  )
  const advice =
    report.advice.length === 0
      ? [allIsWell]
      : [`${adviceTitle}:`, ...report.advice.map((line) => `- ${line}`)]
  return [...rows, '', ...advice, ''].join('\n')
}
