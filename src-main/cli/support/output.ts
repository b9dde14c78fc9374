import { write } from './streams.ts'

export { duration } from '../../reports/words.ts'

/** Whether the last line on the terminal is a status line. */
let lineIsOpen = false

/** Writes text to stderr; stdout holds nothing but the JSON document. */
export function say(text: string): void {
  closeLine()
  write(process.stderr, `${text}\n`)
}

function closeLine(): void {
  if (lineIsOpen) write(process.stderr, '\n')
  lineIsOpen = false
}

/** Writes the result for programs: the last line of stdout. */
export function answer(json: boolean, document: unknown): void {
  if (json) write(process.stdout, `${JSON.stringify(document)}\n`)
}

/** A status line: rewritten in place on a terminal, written every few seconds elsewhere. */
export class StatusLine {
  private shownAt = 0

  show(text: string): void {
    const now = Date.now()
    const { isTTY, columns } = process.stderr
    const interval = isTTY ? 100 : 5000
    if (now - this.shownAt < interval) return
    this.shownAt = now
    // One that is wrapped could not be rewritten; a terminal may not know its width.
    const line = isTTY && columns > 1 ? text.slice(0, columns - 1) : text
    write(process.stderr, isTTY ? `\r\x1b[2K${line}` : `${line}\n`)
    lineIsOpen = isTTY
  }

  end(): void {
    closeLine()
  }
}

/** 0.0123 → “1.2 %”. */
export const percent = (share: number) => `${(share * 100).toFixed(1)} %`

/** 1234567 → “1.2 MB”, in decimal units as file managers use. */
export function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3))
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
