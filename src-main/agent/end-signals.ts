const endSignals = ['SIGTERM', 'SIGINT', 'SIGUSR1'] as const
/** By which a scheduler, or a machine that is being shut down, asks a process to end. */
export type EndSignal = (typeof endSignals)[number]

/** Listens to signals from when it is made, so that none ends the process before it can pause. */
export class EndSignals {
  private first: EndSignal | null = null
  private listener: ((signal: EndSignal) => void) | null = null

  constructor() {
    for (const signal of endSignals) process.on(signal, () => this.received(signal))
    // The connection that started the run has ended.
    process.on('SIGHUP', () => undefined)
  }

  /** Calls `listener` with each signal, and with the first that came before. */
  onSignal(listener: (signal: EndSignal) => void): void {
    this.listener = listener
    if (this.first) listener(this.first)
  }

  private received(signal: EndSignal): void {
    this.first ??= signal
    this.listener?.(signal)
  }
}
