/** Everything the set-up tells people, on stderr: stdout belongs to what is started afterwards. */
const write = (text) => process.stderr.write(text)
// Whoever read it is gone; the work goes on.
process.stderr.on('error', () => {})

export const section = (title) => write(`\n▸ ${title}\n`)
export const note = (text) => write(`  ${text}\n`)

export function bytes(count) {
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`
  return count < 1e9 ? `${(count / 1e6).toFixed(count < 1e8 ? 1 : 0)} MB` : `${(count / 1e9).toFixed(2)} GB`
}

/** One line that follows a download: rewritten in place on a terminal, every few seconds elsewhere. */
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

/** A failure as the one clear message: what, where, what to do; 130 where the user stopped it. */
export function fail(error, exitCode = error.kind === 'cancelled' ? 130 : 1) {
  const { message, where, hint } = error
  write(`\n✗ ${message}${where ? `\n  where: ${where}` : ''}${hint ? `\n  → ${hint}` : ''}\n`)
  if (process.env.FLOWERBED_DEBUG && error.stack) write(`${error.stack}\n`)
  process.exitCode = exitCode
  // Ends once the reader has it all, or after a while without one: an exit at once would cut the text off.
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
