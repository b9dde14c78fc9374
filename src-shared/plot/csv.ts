/** A value of a table; what is not known is empty. */
export type CsvValue = string | number | boolean | null | undefined

// A spreadsheet would compute what begins so.
const formula = /^[=+\-@\t\r]/

function cell(value: CsvValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const text = typeof value === 'string' && formula.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A table as CSV (RFC 4180), with a line of heads. */
export const csvOf = (heads: readonly string[], rows: readonly (readonly CsvValue[])[]): string =>
  [heads, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
