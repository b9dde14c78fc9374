/** Writes what went wrong beside training to the log of the run, which is the stderr of the process that trains. */
export function logProblem(thrown: unknown): void {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  process.stderr.write(`${new Date().toISOString()} ${text}\n`)
}
