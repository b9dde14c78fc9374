import type { TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import type { Store } from '../database/store.ts'
import type { EngineProcess } from '../runs/training-queue.ts'
import { withWorkerHosts } from './worker-hosts.ts'

type Engine = Pick<EngineProcess, 'train' | 'pause' | 'stop'>

/**
 * An engine whose runs may have workers on other machines: these are prepared before it is asked. A pause or a stop meanwhile ends
 * the run as it stands.
 */
export class EngineWithHosts implements Engine {
  private readonly engine: Engine
  private readonly store: Store
  private readonly onInstall: (runId: string, host: string) => void
  private preparing: { runId: string; end: (outcome: 'paused' | 'stopped') => void } | null = null

  constructor(options: {
    engine: Engine
    store: Store
    /** Something has to be installed on a machine. */
    onInstall: (runId: string, host: string) => void
  }) {
    this.engine = options.engine
    this.store = options.store
    this.onInstall = options.onInstall
  }

  /** @throws FlowerbedError also where a machine is not reached */
  async train(given: TrainRequest): Promise<TrainResult> {
    const { runId } = given
    const cancel = new AbortController()
    let outcome: 'paused' | 'stopped' = 'paused'
    this.preparing = {
      runId,
      end: (how) => {
        outcome = how
        cancel.abort()
      },
    }
    let request
    try {
      const onInstall = (host: string) => this.onInstall(runId, host)
      request = await withWorkerHosts(this.store, given, { signal: cancel.signal, onInstall })
      cancel.signal.throwIfAborted()
    } catch (thrown) {
      if (!cancel.signal.aborted) throw thrown
      const { step, trainedSeconds, losses, stepsPerSecond } = this.store.runs.get(runId)
      return { outcome, step, trainedSeconds, losses, stepsPerSecond }
    } finally {
      this.preparing = null
    }
    return await this.engine.train(request)
  }

  async pause(runId: string): Promise<void> {
    if (this.preparing?.runId === runId) this.preparing.end('paused')
    else await this.engine.pause(runId)
  }

  async stop(runId: string, save: boolean): Promise<void> {
    if (this.preparing?.runId === runId) this.preparing.end('stopped')
    else await this.engine.stop(runId, save)
  }
}
