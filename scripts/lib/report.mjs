/** The set-up writes to stderr: stdout is for the command that it starts. */
const write = (text) => process.stderr.write(text)
// Continue when stderr is closed.
process.stderr.on('error', () => {})

export const section = (title) => write(`\n▸ ${title}\n`)
export const note = (text) => write(`  ${text}\n`)

export function bytes(count) {
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`
  return count < 1e9 ? `${(count / 1e6).toFixed(count < 1e8 ? 1 : 0)} MB` : `${(count / 1e9).toFixed(2)} GB`
}

/** A progress line of a download: rewritten in place on a terminal, written every few seconds elsewhere. */
export class ProgressLine {
  #label
  #started = performance.now()
  #first = null
  #shown = -Infinity
  #open = false

  constructor(label) {
    this.#label = label
  }

  update(received, total) {
    const now = performance.now()
    this.#first ??= received
    const finished = total !== null && received >= total
    const interval = process.stderr.isTTY ? 200 : 5000
    if (!finished && now - this.#shown < interval) return
    if (finished && this.#shown === Infinity) return
    this.#shown = finished ? Infinity : now
    const speed = ((received - this.#first) / Math.max(1, now - this.#started)) * 1000
    const of = total ? ` of ${bytes(total)} (${Math.floor((100 * received) / total)} %)` : ''
    this.#print(`${this.#label}: ${bytes(received)}${of}${speed > 0 ? `, ${bytes(speed)}/s` : ''}`, finished)
  }

  #print(text, last) {
    if (!process.stderr.isTTY) {
      note(text)
      return
    }
    write(`\r\x1b[2K  ${text}${last ? '\n' : ''}`)
    this.#open = !last
  }

  end() {
    if (this.#open) write('\n')
    this.#open = false
  }
}

/** Reports an error with its location and hint, and exits; with code 130 where the user stopped it. */
export function fail(error, exitCode = error.kind === 'cancelled' ? 130 : 1) {
  const { message, where, hint } = error
  write(`\n✗ ${message}${where ? `\n  where: ${where}` : ''}${hint ? `\n  → ${hint}` : ''}\n`)
  if (process.env.FLOWERBED_DEBUG && error.stack) write(`${error.stack}\n`)
  process.exitCode = exitCode
  // Exits once the text is written, or after a timeout: an immediate exit would cut it off.
  setTimeout(() => process.exit(), 5000).unref()
  process.stderr.write('', () => process.exit())
}

export class SetupError extends Error {
  constructor(message, { hint, where } = {}) {
    super(message)
    this.hint = hint
    this.where = where
  }
}
