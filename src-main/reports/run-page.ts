import { formatBytes, formatCount, formatDuration, formatPlural } from '#shared/format.ts'
import type { RunMoment } from '#shared/labels/run-events.ts'
import { presets } from '#shared/presets.ts'
import type { Preset, PresetId } from '#shared/presets.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import { settingFields } from '#shared/schemas/run-config.ts'
import { precisionLabels } from '#shared/schemas/run.ts'
import type { MetricSeries, RunRecord } from '#shared/schemas/run.ts'
import { settingGroupTitles } from '#shared/schemas/setting.ts'
import { curvePlots } from './curve-plots.ts'
import { evaluationSection } from './evaluation-section.ts'
import { escape, reportPage, table } from './page.ts'
import { sheetImage } from './sample-images.ts'
import type { EmbeddedSheet } from './sample-images.ts'
import { valueWords } from './words.ts'

/** What the report of a run is made of. */
export interface ReportedRun {
  run: RunRecord
  series: MetricSeries
  moments: RunMoment[]
  evaluation: Evaluation | null
  sheets: EmbeddedSheet[]
}

/** The report of a run as one HTML file that needs no other. */
export function runPage({ run, series, moments, evaluation, sheets }: ReportedRun): string {
  const { name, note, tags, imageCount, datasetName, shape, trainedSeconds, step, status } = run
  const marks = [`Run ${run.id}`, ...tags.map((tag) => `#${tag}`)]
  const body = `<h1>${escape(name)}</h1>
<p>${escape(statusWords(status))} at step ${formatCount(step)} after ${formatDuration(trainedSeconds)}, on ${formatPlural(imageCount, 'image')} of ${shape.width} × ${shape.height} from “${escape(datasetName)}”.</p>
<p class="quiet">${marks.map(escape).join(' · ')} · started ${dateTime(run.createdAt)}</p>
${note.trim() === '' ? '' : `<p style="white-space:pre-wrap;margin-top:12px">${escape(note)}</p>`}
<h2>Samples <small>through training, from the same seeds</small></h2>
${samples(sheets)}
<h2>Curves</h2>
${curvePlots([{ title: name, series }], moments)}
<h2>Evaluation</h2>
${evaluationSection(evaluation)}
<h2>Settings <small>what differs from the preset “${escape(presetTitle(run))}” is marked</small></h2>
${settings(run, { all: true })}
<h2>Events</h2>
${events(moments)}
<h2>Machine and versions</h2>
${machine(run)}`
  return reportPage({ title: name, body })
}

/** What the report of several runs says of each of them besides what it compares. */
export function runAppendix({ run, moments, evaluation, sheets }: ReportedRun): string {
  return `<section class="appendix">
<h2>${escape(run.name)} <small>${escape(statusWords(run.status))} at step ${formatCount(run.step)}, run ${escape(run.id)}</small></h2>
<h3>Samples through training</h3>
${samples(sheets)}
<h3>Evaluation</h3>
${evaluationSection(evaluation)}
<h3>Settings that differ from the preset “${escape(presetTitle(run))}”</h3>
${settings(run, { all: false })}
<h3>Events</h3>
${events(moments)}
<h3>Machine and versions</h3>
${machine(run)}
</section>`
}

const statusWords = (status: string) => `${status.charAt(0).toUpperCase()}${status.slice(1)}`
const dateTime = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ')
const presetOf = ({ preset }: RunRecord) => presets[preset as PresetId] as Preset | undefined
const presetTitle = (run: RunRecord) => presetOf(run)?.title ?? run.preset

function samples(sheets: readonly EmbeddedSheet[]): string {
  if (sheets.length === 0) return '<p class="quiet">No samples.</p>'
  const figures = sheets.map((sheet) => {
    const step = formatCount(sheet.record.step)
    return `<figure>${sheetImage(sheet, `Samples at step ${step}`)}
<figcaption class="quiet">step ${step}</figcaption></figure>`
  })
  return `<div class="sheets">${figures.join('\n')}</div>`
}

/** Every setting by group, with the preset's value where it is another; or those alone that have another. */
function settings(run: RunRecord, { all }: { all: boolean }): string {
  const preset = presetOf(run)?.config
  const rows = settingFields().flatMap((field) => {
    const { key, title, group } = field
    const value = run.config[key]
    const differs = preset !== undefined && preset[key] !== value
    if (!all && !differs) return []
    const words = escape(valueWords(field, value))
    return [
      [
        escape(title),
        differs ? `<b class="deviates">${words}</b>` : words,
        differs ? escape(valueWords(field, preset[key])) : '',
        escape(settingGroupTitles[group]),
      ],
    ]
  })
  if (rows.length === 0) return '<p class="quiet">None.</p>'
  return `<div class="facts">${table(['', 'value', 'preset', 'group'], rows)}</div>`
}

function events(moments: readonly RunMoment[]): string {
  if (moments.length === 0) return '<p class="quiet">None was recorded.</p>'
  const rows = moments.map(({ step, text, at }) => [formatCount(step), escape(text), dateTime(at)])
  return `<div class="facts">${table(['step', '', 'time (UTC)'], rows)}</div>`
}

function machine({ machine: found, parent }: RunRecord): string {
  const started = parent ? [['Started from', `“${parent.name}” at step ${formatCount(parent.step)}`]] : []
  if (!found)
    return table(
      ['', ''],
      [...started, ['Machine', 'not known']].map((row) => row.map(escape)),
    )
  const { flowerbed, tensorflow, node, electron, platform, cpu, cores, memoryBytes, device, deviceName } =
    found
  const rows = [
    ...started,
    ['Device', device === 'cuda' ? deviceName : cpu],
    ['Processor', `${cpu}, ${formatPlural(cores, 'core')}`],
    ['Memory', formatBytes(memoryBytes)],
    ...(found.precision ? [['Precision', precisionLabels[found.precision]]] : []),
    ['Flowerbed', flowerbed],
    ['TensorFlow', tensorflow],
    ['Node', node],
    ...(electron === null ? [] : [['Electron', electron]]),
    ['System', platform],
  ]
  return `<div class="facts">${table(
    ['', ''],
    rows.map((row) => row.map(escape)),
  )}</div>`
}
