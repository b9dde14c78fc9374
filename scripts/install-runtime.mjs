/** The part of the set-up that fetches TensorFlow (cpu): the same code as the app's Settings → Compute. */
import { installedRuntimes } from '../src-main/engine/runtime/installed.ts'
import { installRuntime } from '../src-main/engine/runtime/install.ts'
import { ProgressLine, fail, note } from './lib/report.mjs'

try {
  const [present] = installedRuntimes()
  if (present) note(`TensorFlow ${present.version} (${present.variant}) is there`)
  else {
    const line = new ProgressLine('TensorFlow')
    await installRuntime({
      variant: 'cpu',
      onProgress: ({ phase, receivedBytes, totalBytes }) => {
        if (phase === 'download') line.update(receivedBytes, totalBytes)
      },
    })
    line.end()
    note(`TensorFlow ${installedRuntimes()[0]?.version ?? ''} installed`)
  }
} catch (error) {
  fail(error)
}
