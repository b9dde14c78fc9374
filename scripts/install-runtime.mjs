/**
 * The part of the set-up that fetches TensorFlow: the same code as the app's Settings → Compute. For the processor, and
 * only where there is none, unless it is told which: `node scripts/install-runtime.mjs cuda`.
 */
import { installedRuntimes } from '../src-main/tensorflow/installed.ts'
import { installRuntime } from '../src-main/tensorflow/install.ts'
import { ProgressLine, SetupError, fail, note } from './lib/report.mjs'

const wanted = process.argv[2]
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort())

try {
  if (wanted !== undefined && !['cpu', 'cuda'].includes(wanted))
    throw new SetupError(`There is no TensorFlow for “${wanted}”`, { hint: 'Say cpu or cuda.' })
  if (!tellPresent()) await install()
} catch (error) {
  fail(error)
}

function tellPresent() {
  const [present] = installedRuntimes().filter(({ variant }) => wanted === undefined || variant === wanted)
  if (present) note(`TensorFlow ${present.version} (${present.variant}) is there`)
  return present !== undefined
}

async function install() {
  const line = new ProgressLine('TensorFlow')
  await installRuntime({
    variant: wanted ?? 'cpu',
    onWait: () => note('waiting for another program that is installing TensorFlow …'),
    onProgress: ({ phase, receivedBytes, totalBytes }) => {
      if (phase === 'download') line.update(receivedBytes, totalBytes)
    },
    signal: stop.signal,
  })
  line.end()
  note(`TensorFlow ${installedRuntimes()[0]?.version ?? ''} installed`)
}
