/**
 * Installs TensorFlow for the set-up, with the code of the app's Settings → Compute: the CPU variant where none is
 * installed, or the named one: `node scripts/install-runtime.mjs cuda`.
 */
import { installedRuntimes } from '../src-main/tensorflow/installed.ts'
import { installRuntime } from '../src-main/tensorflow/install.ts'
import { ProgressLine, SetupError, fail, note } from './lib/report.mjs'

const requested = process.argv[2]
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort())

try {
  if (requested !== undefined && !['cpu', 'cuda'].includes(requested))
    throw new SetupError(`There is no TensorFlow for “${requested}”`, { hint: 'Use cpu or cuda.' })
  if (!reportInstalled()) await install()
} catch (error) {
  fail(error)
}

function reportInstalled() {
  const [present] = installedRuntimes().filter(
    ({ variant }) => requested === undefined || variant === requested,
  )
  if (present) note(`TensorFlow ${present.version} (${present.variant}) is installed`)
  return present !== undefined
}

async function install() {
  const line = new ProgressLine('TensorFlow')
  await installRuntime({
    variant: requested ?? 'cpu',
    onWait: () => note('waiting for another process that is installing TensorFlow …'),
    onProgress: ({ phase, receivedBytes, totalBytes }) => {
      if (phase === 'download') line.update(receivedBytes, totalBytes)
    },
    signal: stop.signal,
  })
  line.end()
  note(`TensorFlow ${installedRuntimes()[0]?.version ?? ''} installed`)
}
