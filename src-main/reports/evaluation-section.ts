import { formatCount } from '#shared/format.ts'
import { evaluationFacts, extraFacts } from '#shared/labels/evaluation.ts'
import type { Evaluation, MeasureName } from '#shared/schemas/evaluation.ts'
import { escape, table } from './page.ts'

/** The measures of a run's samples with their error bars, beside those of real images. */
export function evaluationSection(evaluation: Evaluation | null): string {
  if (!evaluation) return '<p class="quiet">Its samples were not evaluated.</p>'
  const rows = evaluationFacts(evaluation).map(({ name, title, value, floor, help }) => [
    `<span title="${escape(help)}">${escape(title)}</span>`,
    errorBars(evaluation, name),
    escape(value),
    escape(floor),
  ])
  const extra = extraFacts(evaluation).map(({ title, value, help }) => [
    `<span title="${escape(help)}">${escape(title)}</span>`,
    escape(value),
  ])
  return `<p class="quiet">${formatCount(evaluation.count)} samples of step ${formatCount(evaluation.step)}, with their standard errors. Dot and bar: the samples; tick: as many real images.</p>
${table(['', '', 'samples', 'real images'], rows)}
${extra.length === 0 ? '' : table(['', ''], extra)}`
}

const [width, height] = [160, 16]

/** A measure as a dot with its error bar, and that of real images as a tick, on one axis from 0. */
function errorBars({ measures }: Evaluation, name: MeasureName): string {
  const { value, error, floor } = measures[name]
  const ends = [0, value - error, value + error, floor.value - floor.error, floor.value + floor.error]
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  if (!(high > low)) return ''
  const at = (number: number) => (4 + ((width - 8) * (number - low)) / (high - low)).toFixed(1)
  const line = (path: string, style: string) => `<path d="${path}" style="fill:none;${style}"/>`
  const [middle, accent] = [height / 2, 'stroke:var(--c0);stroke-width:2']
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="width:${width}px" aria-hidden="true">
${line(`M${at(low)} ${middle}H${at(high)}`, 'stroke:var(--line)')}
${line(`M${at(floor.value - floor.error)} ${middle}H${at(floor.value + floor.error)}`, 'stroke:var(--ink-2);stroke-width:4;opacity:.35')}
${line(`M${at(floor.value)} 2V${height - 2}`, 'stroke:var(--ink-2);stroke-width:2')}
${line(`M${at(value - error)} ${middle}H${at(value + error)}M${at(value - error)} 4V${height - 4}M${at(value + error)} 4V${height - 4}`, accent)}
<circle cx="${at(value)}" cy="${middle}" r="3.5" style="fill:var(--c0)"/></svg>`
}
