import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function runtimeHandlers(services: Services): HandlersOf<'runtime'> {
  const { engine, installer, trainingQueues, devices, settings } = services
  return {
    'runtime.status': () => installer.request('runtimeStatus', undefined),
    // The engine would answer for the device it has loaded; this is about the next one.
    'runtime.device': () => installer.request('deviceStatement', { device: settings.get().device }),
    'runtime.workerDevices': () => installer.request('workerDevices', undefined),
    'runtime.install': async (argument) => {
      const status = await installer.request('runtimeInstall', argument)
      // TensorFlow is chosen when it is loaded: the next engine finds the new one.
      await engine.endWhenIdle()
      await devices.refresh()
      return status
    },
    'runtime.remove': async (argument) => {
      const [running] = trainingQueues.running
      if (running) {
        throw new FlowerbedError('conflict', errorText('tensorflow.inUse', { run: running.name }))
      }
      await engine.endWhenIdle()
      const status = await installer.request('runtimeRemove', argument)
      await devices.refresh()
      return status
    },
    'runtime.cancel': () => installer.request('runtimeCancel', undefined),
  }
}
