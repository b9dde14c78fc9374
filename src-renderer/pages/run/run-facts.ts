import { formatBytes, formatCount, formatEstimate, formatFixed } from '#shared/format.ts'
import type { AutomaticChoice } from '#shared/schemas/automatic.ts'
import { precisionLabels } from '#shared/schemas/run.ts'
import type { Machine, RunParent, RunRecord } from '#shared/schemas/run.ts'
import { presetWords, settingFields } from '#shared/labels/described.ts'
import { settingValueLabel } from '../../entities/runs/setting-labels.ts'
import { dateLocale, t } from '../../i18n.ts'

export interface RunFact {
  title: string
  value: string
}

/** What a run was made of and with, and every setting of it. */
export function runFacts(run: RunRecord): RunFact[] {
  const { imageCount: count, datasetName: dataset, shape, machine, config, parent } = run
  const { width, height } = shape
  const preset = presetWords(run.preset)?.title ?? run.preset
  return [
    { title: t('run.facts.images'), value: t('run.facts.imagesOf', { count, dataset, width, height }) },
    { title: t('run.facts.preset'), value: preset },
    ...(run.automatic && run.automatic.settings.length > 0
      ? [{ title: t('run.facts.chosen'), value: chosenText(run.automatic) }]
      : []),
    ...(parent ? [{ title: t('run.facts.parent'), value: parentText(parent) }] : []),
    ...(machine ? machineFacts(machine) : []),
    { title: t('run.facts.started'), value: new Date(run.createdAt).toLocaleString(dateLocale()) },
    { title: t('run.facts.id'), value: run.id },
    ...settingFields().map((field) => ({
      title: field.title,
      value: settingValueLabel(field, config[field.key]),
    })),
  ]
}

/** What the preset chose, and the speed by which it did. */
function chosenText({ settings, speed }: AutomaticChoice): string {
  const titles = new Map<string, string>(settingFields().map(({ key, title }) => [key, title]))
  const text = settings.map(({ key, value }) => `${titles.get(key) ?? key} ${value}`).join(', ')
  if (!speed) return text
  const gigaflops = formatEstimate(speed.measured.flopsPerSecond / 1e9)
  return t('run.facts.chosenAt', {
    settings: text,
    speed: gigaflops,
    correction: formatFixed(speed.correction, 2),
  })
}

const parentText = ({ name, step }: RunParent) => t('run.facts.parentStep', { name, step: formatCount(step) })

function machineFacts(machine: Machine): RunFact[] {
  const { cores: count, deviceWhy, precisionWhy: reason, flowerbed, tensorflow, node, electron } = machine
  const name = machine.device === 'cuda' ? machine.deviceName : machine.cpu
  const precision = machine.precision && precisionLabels[machine.precision]
  const versions = { flowerbed, tensorflow, node }
  return [
    { title: t('run.facts.device'), value: t('run.facts.deviceCores', { name, count }) },
    ...(deviceWhy ? [{ title: t('run.facts.deviceReason'), value: deviceWhy }] : []),
    ...(precision
      ? [
          {
            title: t('run.facts.precision'),
            value: reason ? t('run.facts.precisionReason', { precision, reason }) : precision,
          },
        ]
      : []),
    ...(machine.fused ? [{ title: t('run.facts.kernels'), value: t('run.facts.fused') }] : []),
    { title: t('run.facts.memory'), value: formatBytes(machine.memoryBytes) },
    {
      title: t('run.facts.versions'),
      value: electron
        ? t('run.facts.versionsWithElectron', { ...versions, electron })
        : t('run.facts.versionsOf', versions),
    },
  ]
}
