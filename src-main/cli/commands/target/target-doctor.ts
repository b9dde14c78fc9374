import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Target } from '#shared/remote/target.ts'
import { completeTarget, examineTarget } from '../../../remote/install-tensorflow.ts'
import type { PreparedTarget } from '../../../remote/install-tensorflow.ts'
import { findProgram, installProgram } from '../../../remote/install.ts'
import type { InstallOptions } from '../../../remote/install-options.ts'
import { openHost } from '../../../remote/open-host.ts'
import type { RemoteHost } from '../../../remote/remote-host.ts'
import { checkInterrupted, onInterrupt } from '../../support/interrupt.ts'
import { say, StatusLine } from '../../support/output.ts'
import { adviceOn, partWords, progressLine, reportLines, sourceWords } from './words.ts'

/**
 * Connects to a target and says what is there; with `install`, installs what is missing.
 * @throws FlowerbedError `unavailable` without a connection, `not-found` where Flowerbed is not installed there
 */
export async function diagnoseTarget(
  target: Target,
  { install }: { install: boolean },
): Promise<PreparedTarget> {
  const host = openHost(target)
  say(`Connecting to ${host.name} …`)
  try {
    const prepared = install ? await installing(host, target) : await found(host, target)
    for (const line of reportLines(prepared)) say(line)
    for (const line of adviceOn(target, prepared.report)) say(`→ ${line}`)
    return prepared
  } finally {
    await host.close()
  }
}

async function found(host: RemoteHost, { name, folder }: Target): Promise<PreparedTarget> {
  const program = await findProgram(host, folder)
  if (program === null) throw new FlowerbedError('not-found', errorText('target.notInstalled', { name }))
  return { program, report: await examineTarget(program) }
}

async function installing(host: RemoteHost, { folder }: Target): Promise<PreparedTarget> {
  const line = new StatusLine()
  const stop = new AbortController()
  const removeListener = onInterrupt(() => stop.abort())
  const options: InstallOptions = {
    signal: stop.signal,
    onProgress: (progress) => line.show(progressLine(progress)),
    onInstalled: (part, source) => {
      line.end()
      say(`${partWords[part]}: ${sourceWords[source]}`)
    },
  }
  try {
    return await completeTarget(await installProgram(host, folder, options), options)
  } catch (thrown) {
    await checkInterrupted()
    throw thrown
  } finally {
    line.end()
    removeListener()
  }
}
