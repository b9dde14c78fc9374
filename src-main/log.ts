import log from 'electron-log/node.js'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'
export type Logger = Record<LogLevel, (message: string, ...details: unknown[]) => void>

log.transports.console.level = false
log.transports.file.level = false
// It speaks only of lines that the file did not take, as on a full disk; a command has better things to say then.
log.transports.console.writeFn = () => undefined

/** Sends every line of this process to a file, kept below 5 MB. Without it nothing is written. */
export function logToFile(path: string, level: LogLevel = 'info'): void {
  log.transports.file.resolvePathFn = () => path
  log.transports.file.maxSize = 5 * 1024 * 1024
  log.transports.file.level = level
}

/** The one logger, with the name of the part that speaks. */
export function createLogger(scope: string): Logger {
  const scoped = log.scope(scope)
  return {
    error: (...line) => scoped.error(...line),
    warn: (...line) => scoped.warn(...line),
    info: (...line) => scoped.info(...line),
    debug: (...line) => scoped.debug(...line),
  }
}
