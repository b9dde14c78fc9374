import type { TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import type { Store } from '../../src-main/database/store.ts'
import type { RunService } from '../../src-main/runs/run-service.ts'
import { machine } from './app-parts.ts'

/** An engine whose runs end when the test says so. */
export function endingEngine({ store, runService }: { store: Store; runService: RunService }) {
  const trained: string[] = []
  const requests: TrainRequest[] = []
  let end: (outcome: TrainResult['outcome']) => void = () => undefined
  let fail: (thrown: Error) => void = () => undefined
  return {
    trained,
    requests,
    endRun: (outcome: TrainResult['outcome'] = 'finished') => end(outcome),
    failRun: (error: Error) => fail(error),
    train: (request: TrainRequest) => {
      trained.push(store.runs.get(request.runId).name)
      requests.push(request)
      runService.record({ type: 'started', runId: request.runId, machine, step: 0 })
      return new Promise<TrainResult>((resolve, reject) => {
        fail = reject
        end = (outcome) => {
          const step = outcome === 'finished' ? 7 : 4
          resolve({ outcome, step, trainedSeconds: 1, losses: {}, stepsPerSecond: 5 })
        }
      })
    },
    pause: (runId: string) => {
      const file = 'step-4.safetensors'
      const record = { runId, step: 4, file, sha256: 'x', bytes: 1, loss: 1, createdAt: 1 }
      runService.record({ type: 'checkpoint', record })
      end('paused')
      return Promise.resolve()
    },
    stop: () => {
      end('stopped')
      return Promise.resolve()
    },
    extend: () => Promise.resolve(),
    end: () => Promise.resolve(),
  }
}
