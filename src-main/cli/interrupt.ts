/** The user pressed Ctrl+C and everything was saved. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Calls `once` at the first Ctrl+C (or TERM); a second one ends the process at once. Answers the way to stop listening. */
export function onInterrupt(once: () => void): () => void {
  let asked = false
  const listener = () => {
    if (asked) process.exit(130)
    asked = true
    once()
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return () => {
    process.off('SIGINT', listener)
    process.off('SIGTERM', listener)
  }
}
