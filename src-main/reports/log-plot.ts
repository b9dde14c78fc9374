import { escape } from './page.ts'

/** A curve of a plot. */
export interface PlotLine {
  title: string
  /** Number of its style; lines of one number look the same. */
  style: number
  /** Behind the others. */
  thin?: boolean
  /** In the order of x; y is shown on a log scale. */
  points: { x: number; y: number }[]
}

/** Dashes as well as colours, so that curves can be told apart without colour. */
const dashes = ['', '7 3', '2 3', '9 3 2 3', '14 4', '']
const colours = dashes.length

/** Colour and dash of a style; from the seventh on, a colour comes with another dash. */
function look(style: number, thin = false): string {
  const dash = dashes[(style + Math.floor(style / colours)) % dashes.length] ?? ''
  return `class="curve c${style % colours}${thin ? ' thin' : ''}" stroke-dasharray="${dash}"`
}

/** A piece of a style's line, before a title. */
export const plotKey = (style: number): string =>
  `<svg class="key" viewBox="0 0 26 8" aria-hidden="true"><path d="M0 4H26" ${look(style)}/></svg>`

const size = { width: 1200, height: 320, left: 56, bottom: 24 }

/** Curves with y on one log scale, as an SVG with a legend of the lines that are not thin. */
export function logPlot(options: {
  lines: readonly PlotLine[]
  label: string
  /** A number of the x axis in words. */
  xWords?: (x: number) => string
}): string {
  const { lines, label, xWords = (x: number) => String(Math.round(x)) } = options
  const points = lines.flatMap((line) => line.points)
  if (points.length === 0) return '<p class="quiet">No curve was recorded.</p>'
  const { low, high, last } = bounds(points)
  const x = (at: number) => size.left + ((size.width - size.left) * at) / last
  const y = (value: number) => (size.height - size.bottom) * (1 - (value - low) / (high - low))
  const paths = lines.map(({ title, style, thin, points: line }) => {
    const coordinates = line.map((point) => `${x(point.x).toFixed(1)} ${y(log(point.y)).toFixed(1)}`)
    return `<path d="M${coordinates.join('L')}" ${look(style, thin)}><title>${escape(title)}</title></path>`
  })
  const across = ticks(low, high).map(
    (at) =>
      `<path class="grid" d="M${size.left} ${y(at).toFixed(1)}H${size.width}"/>` +
      `<text x="${size.left - 8}" y="${(y(at) + 4).toFixed(1)}" text-anchor="end">${Number((10 ** at).toPrecision(2))}</text>`,
  )
  const along = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const anchor = share === 1 ? 'end' : share === 0 ? 'start' : 'middle'
    const at = share * last
    return `<text x="${x(at).toFixed(1)}" y="${size.height - 6}" text-anchor="${anchor}">${escape(xWords(at))}</text>`
  })
  const names = lines.flatMap(({ title, style, thin }) =>
    thin === true ? [] : [`<span>${plotKey(style)}${escape(title)}</span>`],
  )
  return `<p class="legend">${names.join('')}</p>
<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escape(label)}">
${across.join('')}${along.join('')}
${paths.join('\n')}
</svg>`
}

/** The range of log y, with a margin, and the largest x. */
function bounds(points: readonly { x: number; y: number }[]): { low: number; high: number; last: number } {
  let [low, high, last] = [Infinity, -Infinity, 0]
  for (const { x, y } of points) {
    low = Math.min(low, log(y))
    high = Math.max(high, log(y))
    last = Math.max(last, x)
  }
  return { low: low - 0.02, high: high + 0.02, last: last === 0 ? 1 : last }
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
