import { axisLabels, legendRows } from '#shared/plot/plot-labels.ts'
import type { Plot, PlotLine } from '#shared/plot/plot.ts'
import { escapeXml } from '#shared/plot/xml.ts'

const margin = { right: 16, bottom: 28, top: 10 }
const titleHeight = 26
const legendRowHeight = 20
const font = 'system-ui, sans-serif'
const round = (value: number) => Number(value.toFixed(1))

/** A plot as an SVG that stands alone: title, legend, axes, curves and marks. */
export function plotSvg(plot: Plot): string {
  const { id, width, height, title, label, lines, view, y, colours } = plot
  const legend = legendRows(lines, width)
  const labels = axisLabels(plot)
  const left = Math.max(44, ...labels.y.map(({ text }) => text.length * 7 + 14))
  const top = margin.top + (title === '' ? 0 : titleHeight) + legend.length * legendRowHeight
  const area = { left, top, right: width - margin.right, bottom: height - margin.bottom }
  const atX = (x: number) => round(left + ((area.right - left) * (x - view.min)) / (view.max - view.min))
  const atY = (v: number) => round(area.bottom - ((area.bottom - top) * (v - y.min)) / (y.max - y.min))
  const text = (at: { x: number; y: number; anchor?: string; style?: string }, words: string) =>
    `<text x="${at.x}" y="${at.y}" text-anchor="${at.anchor ?? 'start'}" style="fill:${colours.ink2};${at.style ?? ''}">${escapeXml(words)}</text>`
  const line = (from: string, to: string, style: string) => `<path d="M${from}${to}" style="${style}"/>`
  const faint = `fill:none;stroke:${colours.line}`

  const parts = [
    ...(colours.paper === null
      ? []
      : [`<rect width="${width}" height="${height}" style="fill:${colours.paper}"/>`]),
    ...(title === ''
      ? []
      : [text({ x: 12, y: 22, style: `fill:${colours.ink};font-weight:600;font-size:14px` }, title)]),
    ...legend.flatMap((row, i) => {
      const at = margin.top + (title === '' ? 0 : titleHeight) + i * legendRowHeight + 8
      return row.flatMap(({ x, line: { colour, dash, width: stroke }, title: name }) => [
        line(`${x} ${at}`, `h26`, lineStyle({ colour, dash, width: stroke })),
        text({ x: x + 32, y: at + 4 }, name),
      ])
    }),
    ...labels.y.flatMap(({ at, text: words }) => [
      line(`${left} ${atY(at)}`, `H${area.right}`, faint),
      text({ x: left - 8, y: atY(at) + 4, anchor: 'end' }, words),
    ]),
    line(`${left} ${area.bottom}`, `H${area.right}`, faint),
    ...labels.x.map(({ at, text: words }) => {
      const x = atX(at)
      const anchor = x > area.right - 20 ? 'end' : 'middle'
      return text({ x, y: area.bottom + 18, anchor }, words)
    }),
    ...markParts(plot, { atX, area }),
    `<clipPath id="${id}"><path d="M${left} ${top}H${area.right}V${area.bottom}H${left}z"/></clipPath>`,
    `<g clip-path="url(#${id})">`,
    ...lines.map((one) => curve(one, { atX, atY })),
    '</g>',
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(label)}" style="font:12px ${font}">
${parts.filter((part) => part !== '').join('\n')}
</svg>`
}

const lineStyle = ({
  colour,
  dash,
  width,
  opacity = 1,
}: Omit<PlotLine, 'title' | 'unlisted' | 'points'>): string =>
  `fill:none;stroke:${colour};stroke-width:${width};stroke-linejoin:round` +
  (dash.length > 0 ? `;stroke-dasharray:${dash.join(' ')}` : '') +
  (opacity < 1 ? `;opacity:${opacity}` : '')

type Position = (value: number) => number

function curve(line: PlotLine, { atX, atY }: { atX: Position; atY: Position }): string {
  const { points, title, colour, width } = line
  const [first] = points
  if (!first) return ''
  const name = title === null ? '' : `<title>${escapeXml(title)}</title>`
  // A single point has no line that would show it.
  if (points.length === 1)
    return `<circle cx="${atX(first.x)}" cy="${atY(first.y)}" r="${width + 1}" style="fill:${colour}">${name}</circle>`
  const path = points.map(({ x, y }) => `${atX(x)} ${atY(y)}`).join('L')
  return `<path d="M${path}" style="${lineStyle(line)}">${name}</path>`
}

function markParts(
  { marks, view, colours }: Plot,
  { atX, area }: { atX: Position; area: { top: number; bottom: number } },
): string[] {
  return marks
    .filter(({ x }) => x >= view.min && x <= view.max)
    .map(({ x, text, strong }) => {
      const from = strong ? area.top : area.bottom - 6
      const look = `fill:none;stroke:${colours.ink2};stroke-width:1;${strong ? 'stroke-dasharray:3 3;opacity:.6' : ''}`
      return `<path d="M${atX(x)} ${from}V${area.bottom}" style="${look}"><title>${escapeXml(text)}</title></path>`
    })
}
