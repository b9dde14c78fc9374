import { escapeXml } from '#shared/plot/xml.ts'

export const escape = escapeXml

/** A whole HTML page; it refers to nothing outside the folder that it stands in. */
export const reportPage = ({ title, body }: { title: string; body: string }): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>${style}</style>
${body}
</html>
`

/** A table; cells are HTML, the first of each row is its header. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((cell) => `<th>${cell}</th>`).join('')
  const body = rows.map(([first = '', ...cells]) => {
    return `<tr><th>${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead>
<tbody>${body.join('\n')}</tbody></table></div>`
}

const style = `
:root {
  color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums;
  --paper: light-dark(#faf9f4, #101815); --ink: light-dark(#1c2620, #eceae0); --ink-2: light-dark(#57625a, #a9b3a8);
  --line: light-dark(#d9d7cc, #2c3833);
  --c0: light-dark(#2a62a8, #7db2f0); --c1: light-dark(#b4511a, #f0955e); --c2: light-dark(#12806a, #4fc9ab);
  --c3: light-dark(#a13a7d, #e58fc4); --c4: light-dark(#8a6d0f, #d8ba57); --mark: light-dark(#2a7d4f1f, #7fd6a52b);
}
body { max-width: 1320px; margin: 32px auto; padding: 0 24px; background: var(--paper); color: var(--ink) }
h1 { margin: 0; font-size: 22px; font-weight: 500 }
h2 { margin: 40px 0 12px; padding-top: 12px; border-top: 1px solid var(--line); font-size: 14px }
p { margin: 0 } small, .quiet { color: var(--ink-2); font-size: 12px; font-weight: 400 }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 20px }
.sheets { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 240px)); gap: 20px; margin-bottom: 20px }
figure { margin: 0 } figure img, .reconstruction img { display: block; width: 100%; image-rendering: pixelated }
figcaption { margin-top: 8px } h3 { margin: 0; font-size: 14px } ul { margin: 6px 0 0; padding: 0; list-style: none }
.key { display: inline-block; width: 26px; height: 8px; margin-right: 6px }
svg { display: block; width: 100%; overflow: visible }
.scroll { overflow-x: auto } table { width: 100%; border-collapse: collapse }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child { text-align: left } thead th { color: var(--ink-2); font-size: 12px; font-weight: 400 }
.facts table { width: auto } .facts :is(td, th) { text-align: left }
tbody th { font-weight: 400 } .failed { color: light-dark(#a02c1c, #f08a78) }
.reconstruction { display: grid; grid-template-columns: 200px 1fr; gap: 20px; align-items: center; margin-bottom: 20px }
svg.plot { width: 100%; height: auto; margin: 4px 0 20px } svg.plot text { font-size: 12px }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); gap: 8px 24px }
.deviates { background: var(--mark) } .best { font-weight: 600 } td.text, th.text { text-align: left; white-space: normal }
.appendix h3 { margin: 20px 0 8px }
@media print {
  @page { margin: 14mm }
  :root { --paper: #fff; color-scheme: light; font-size: 11px; print-color-adjust: exact }
  body { max-width: none; margin: 0; padding: 0 } .scroll { overflow: visible } th, td { white-space: normal }
  h2 { margin-top: 24px; break-after: avoid } h3 { break-after: avoid } figure, svg, tr { break-inside: avoid }
  th, td { padding-block: 3px } .sheets { grid-template-columns: repeat(4, 1fr); gap: 12px } svg.plot text { font-size: 13px }
  .plots { grid-template-columns: 1fr 1fr }
}
`
