import type { ImageShape } from '#shared/schemas/image.ts'
import type { Rung } from './rung.ts'
import { duration } from '../../support/output.ts'

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** Dashes as well as colours, so that curves can be told apart without colour. */
const dashes = ['', '7 3', '2 3', '9 3 2 3', '14 4', '']
const lineOf = (i: number) =>
  `class="curve c${i % dashes.length}" stroke-dasharray="${dashes[i % dashes.length] ?? ''}"`

/** The report of a ladder as an HTML page that refers only to the images beside it. */
export function ladderPage(report: {
  dataset: { name: string; count: number; shape: ImageShape }
  rungs: Rung[]
}): string {
  const { dataset, rungs } = report
  const { width, height } = dataset.shape
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Ladder: ${escape(dataset.name)}</title>
<style>${style}</style>
<h1>${escape(dataset.name)}</h1>
<p>${dataset.count} images of ${width} × ${height}; the same images, seed and budget for each model.</p>
<h2>Samples</h2>
<div class="row">
${rungs.map(samples).join('\n')}
</div>
<h2>Velocity loss <small>by step, log scale, each point the mean of several steps</small></h2>
${overlay(rungs)}
<h2>Results</h2>
<div class="scroll">${table(rungs)}</div>
<h2>Reconstructions</h2>
${rungs.map(reconstruction).join('\n')}
</html>
`
}

const style = `
:root {
  color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums;
  --paper: light-dark(#faf9f4, #101815); --ink: light-dark(#1c2620, #eceae0); --ink-2: light-dark(#57625a, #a9b3a8);
  --line: light-dark(#d9d7cc, #2c3833);
}
body { max-width: 1320px; margin: 32px auto; padding: 0 24px; background: var(--paper); color: var(--ink) }
h1 { margin: 0; font-size: 22px; font-weight: 500 }
h2 { margin: 40px 0 12px; padding-top: 12px; border-top: 1px solid var(--line); font-size: 14px }
p { margin: 0 } small, .quiet { color: var(--ink-2); font-size: 12px; font-weight: 400 }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 20px }
figure { margin: 0 } figure img, .reconstruction img { display: block; width: 100%; image-rendering: pixelated }
figcaption { margin-top: 8px } h3 { margin: 0; font-size: 14px } ul { margin: 6px 0 0; padding: 0; list-style: none }
.key { display: inline-block; width: 26px; height: 8px; margin-right: 6px }
svg { display: block; width: 100%; overflow: visible } svg text { fill: var(--ink-2); font-size: 11px }
.grid { stroke: var(--line) } .curve { fill: none; stroke-width: 2; stroke-linejoin: round }
.c0 { stroke: light-dark(#2a62a8, #7db2f0) } .c1 { stroke: light-dark(#b4511a, #f0955e) }
.c2 { stroke: light-dark(#12806a, #4fc9ab) } .c3 { stroke: light-dark(#a13a7d, #e58fc4) }
.c4 { stroke: light-dark(#8a6d0f, #d8ba57) } .c5 { stroke: var(--ink); stroke-width: 2.5 }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-bottom: 12px }
.scroll { overflow-x: auto } table { width: 100%; border-collapse: collapse }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child { text-align: left } thead th { color: var(--ink-2); font-size: 12px; font-weight: 400 }
tbody th { font-weight: 400 }
.reconstruction { display: grid; grid-template-columns: 200px 1fr; gap: 20px; align-items: center; margin-bottom: 20px }
`

const key = (i: number) =>
  `<svg class="key" viewBox="0 0 26 8" aria-hidden="true"><path d="M0 4H26" ${lineOf(i)}/></svg>`

function samples({ samples, title, summary, changes }: Rung, i: number): string {
  const items = changes.map(
    (change) => `<li>${escape(change.title)}: ${escape(change.from)} → ${escape(change.to)}</li>`,
  )
  const changed = items.length === 0 ? '' : `<ul class="quiet">${items.join('')}</ul>`
  return `<figure>
<img src="${samples}" alt="Samples of ${escape(title)}">
<figcaption><h3>${key(i)}${escape(title)}</h3><p class="quiet">${escape(summary)}</p>${changed}</figcaption>
</figure>`
}

const plot = { width: 1200, height: 320, left: 56, bottom: 24 }

/** Velocity loss of every rung by step, on one log scale. */
function overlay(rungs: Rung[]): string {
  const logs = rungs.flatMap(({ curve }) => curve.map(({ velocity }) => log(velocity)))
  if (logs.length === 0) return '<p class="quiet">No curve was recorded.</p>'
  const low = Math.min(...logs) - 0.02
  const high = Math.max(...logs) + 0.02
  const last = Math.max(1, ...rungs.map(({ curve }) => curve.at(-1)?.step ?? 0))
  const x = (step: number) => plot.left + ((plot.width - plot.left) * step) / last
  const y = (value: number) => (plot.height - plot.bottom) * (1 - (value - low) / (high - low))
  const lines = rungs.map(({ curve, title }, i) => {
    const points = curve.map(({ step, velocity }) => `${x(step).toFixed(1)} ${y(log(velocity)).toFixed(1)}`)
    return `<path d="M${points.join('L')}" ${lineOf(i)}><title>${escape(title)}</title></path>`
  })
  const across = ticks(low, high).map(
    (at) =>
      `<path class="grid" d="M${plot.left} ${y(at).toFixed(1)}H${plot.width}"/>` +
      `<text x="${plot.left - 8}" y="${(y(at) + 4).toFixed(1)}" text-anchor="end">${Number((10 ** at).toPrecision(2))}</text>`,
  )
  const along = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const anchor = share === 1 ? 'end' : share === 0 ? 'start' : 'middle'
    const step = Math.round(share * last)
    return `<text x="${x(step).toFixed(1)}" y="${plot.height - 6}" text-anchor="${anchor}">${step}</text>`
  })
  const names = rungs.map(({ title }, i) => `<span>${key(i)}${escape(title)}</span>`)
  return `<p class="legend">${names.join('')}</p>
<svg viewBox="0 0 ${plot.width} ${plot.height}" role="img" aria-label="Velocity loss of each model by step">
${across.join('')}${along.join('')}
${lines.join('\n')}
</svg>`
}

const log = (value: number) => Math.log10(Math.max(value, 1e-12))

/** 1, 2 and 5 times the powers of ten in a range of exponents; evenly spaced where that gives fewer than three. */
function ticks(low: number, high: number): number[] {
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i)
  const found = powers
    .flatMap((power) => [1, 2, 5].map((n) => power + Math.log10(n)))
    .filter((at) => at >= low && at <= high)
  return found.length >= 3 ? found : [0.1, 0.5, 0.9].map((share) => low + share * (high - low))
}

function table(rungs: Rung[]): string {
  const names = [...new Set(rungs.flatMap(({ run }) => Object.keys(run.losses)))]
  const rows = rungs.map(({ title, run, curve, reconstructionError, encoder }, i) => {
    const late = curve.slice(-Math.max(1, Math.ceil(curve.length / 20))).map(({ velocity }) => velocity)
    const cells = [
      String(run.steps),
      duration(run.seconds),
      run.stepsPerSecond.toFixed(2),
      late.length === 0 ? '–' : mean(late).toPrecision(4),
      ...names.map((name) => run.losses[name]?.toPrecision(4) ?? '–'),
      `${percent(mean(reconstructionError))} <span class="quiet">${encoder}</span>`,
    ]
    return `<tr><th>${key(i)}${escape(title)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  const heads = ['steps', 'time', 'steps per second', 'velocity loss, last 5 %', ...names.map(escape)]
  return `<table><thead><tr><th></th>${[...heads, 'reconstruction error'].map((head) => `<th>${head}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
<p class="quiet">Losses are those of the last step. KL and prior terms are summed in the reference models and averaged per pixel in the default model, so only the velocity loss can be compared across all of them.</p>`
}

function reconstruction({ title, reconstruction, reconstructionError, encoder }: Rung): string {
  return `<section class="reconstruction">
<div><h3>${escape(title)}</h3><p class="quiet">Error ${percent(mean(reconstructionError))}, encoded by ${encoder}. Above: images. Below: their reconstructions.</p></div>
<img src="${reconstruction}" alt="Above: images. Below: their reconstructions.">
</section>`
}
