import { desktopText } from '#shared/desktop-text.ts'
import type { AppEvent } from '#shared/ipc.ts'
import { memoryLimitOf } from './app/settings.ts'
import type { AppSettingsStore } from './app/settings.ts'
import type { Store } from './database/store.ts'
import type { EngineSupervisor } from './processes/engine.ts'
import { EngineWithHosts } from './remote/engine-with-hosts.ts'
import type { EngineProcess } from './runs/training-queue.ts'

/** What the training queue of a device needs of its engine. */
export function trainingEngine(options: {
  store: Store
  engine: EngineSupervisor
  settings: AppSettingsStore
  emit: (event: AppEvent) => void
}): EngineProcess {
  const { store, engine, settings, emit } = options
  const training = new EngineWithHosts({
    store,
    engine: {
      train: (request) => engine.request('train', { ...request, ...memoryLimitOf(settings.get()) }),
      pause: (runId) => engine.request('pause', { runId }),
      stop: (runId, save) => engine.request('stop', { runId, save }),
    },
    onInstall: (runId, name) =>
      emit({ type: 'waiting', runId, message: desktopText('workers.installing', { name }) }),
  })
  return {
    train: (request) => training.train(request),
    pause: (runId) => training.pause(runId),
    stop: (runId, save) => training.stop(runId, save),
    extend: (runId, { steps, epochs, minutes, learningRate, sampleEvery }) =>
      engine.request('extend', { runId, limits: { steps, epochs, minutes, learningRate, sampleEvery } }),
    end: () => engine.end(),
  }
}
