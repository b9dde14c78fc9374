/** The part of the set-up that fetches TensorFlow (cpu): the same code as the app's Settings → Compute. */
import { join } from 'node:path'
import { installedRuntimes } from '../src-main/engine/runtime/installed.ts'
import { installRuntime } from '../src-main/engine/runtime/install.ts'
import { withLock } from './lib/lock.mjs'
import { cacheDirectory } from './lib/paths.mjs'
import { ProgressLine, fail, note } from './lib/report.mjs'

try {
  const lock = join(cacheDirectory(), 'runtime', '.lock')
  const waiting = () => note('waiting for another set-up that is installing TensorFlow …')
  if (!tellPresent()) await withLock(lock, { onWait: waiting }, install)
} catch (error) {
  fail(error)
}

function tellPresent() {
  const [present] = installedRuntimes()
  if (present) note(`TensorFlow ${present.version} (${present.variant}) is there`)
  return present !== undefined
}

async function install() {
  // Another set-up may have done it while this one waited.
  if (tellPresent()) return
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
