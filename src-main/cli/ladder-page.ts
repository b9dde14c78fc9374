import type { PictureShape } from '#contract/pictures.ts'
import type { Rung } from './commands/ladder.ts'

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** The report of a ladder as one page that needs nothing but the pictures beside it. */
export function ladderPage(report: {
  dataset: { name: string; count: number; shape: PictureShape }
  rungs: Rung[]
}): string {
  const { dataset, rungs } = report
  const { width, height } = dataset.shape
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Ladder: ${escape(dataset.name)}</title>
<style>
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums }
body { max-width: 1200px; margin: 32px auto; padding: 0 24px }
section { display: grid; grid-template-columns: 320px 1fr; gap: 24px; padding: 24px 0; border-top: 1px solid #8884 }
img { width: 100%; image-rendering: pixelated }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px }
dd { margin: 0 }
svg { width: 100%; height: 120px; overflow: visible }
h2 { margin: 0 }
</style>
<h1>${escape(dataset.name)}</h1>
<p>${dataset.count} pictures of ${width} × ${height}, the same seed and the same budget for each.</p>
${rungs.map(section).join('\n')}
</html>
`
}

function section(rung: Rung): string {
  const { run } = rung
  const losses = Object.entries(run.losses)
    .map(([name, value]) => `<dt>${escape(name)}</dt><dd>${value.toPrecision(4)}</dd>`)
    .join('')
  return `<section>
<img src="${rung.samples}" alt="Drawn by ${escape(rung.title)}">
<div>
<h2>${escape(rung.title)}</h2>
<p>${escape(rung.summary)}</p>
<dl>
<dt>steps</dt><dd>${run.steps} in ${run.seconds.toFixed(0)} s, ${run.stepsPerSecond.toFixed(2)} a second</dd>
${losses}
<dt>redrawn</dt><dd>${percent(mean(rung.reconstructionError))} off, encoded by ${rung.encoder}</dd>
</dl>
${curve(rung.curve)}
<img src="${rung.reconstruction}" alt="Above: pictures. Below: what is drawn from their latents.">
</div>
</section>`
}

/** Velocity loss over the steps, on a log scale. */
function curve(points: Rung['curve']): string {
  const values = points.map(({ velocity }) => Math.log(Math.max(velocity, 1e-12)))
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const last = points.at(-1)?.step ?? 1
  const path = points.map(({ step }, i) => {
    const x = (600 * step) / last
    const y = high === low ? 60 : 110 - (100 * ((values[i] ?? low) - low)) / (high - low)
    return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
  })
  return `<svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" aria-label="Velocity loss by step">
<path d="${path.join('')}" fill="none" stroke="currentColor" vector-effect="non-scaling-stroke"/></svg>
<p>velocity loss by step, ${Math.exp(high).toPrecision(3)} to ${Math.exp(low).toPrecision(3)}, log scale</p>`
}
