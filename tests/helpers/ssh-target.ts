import { existsSync, readFileSync, readdirSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { jobRecordSchema } from '../../src-main/agent/launcher.ts'
import type { JobRecord } from '../../src-main/agent/launcher.ts'
import { isRunning } from '../../src-main/files/process-identity.ts'
import { makeBundle } from '../../src-main/remote/bundle.ts'
import { nodePath } from '../../src-main/remote/install-node.ts'
import { quoted } from '../../src-main/remote/remote-host.ts'
import { runtimesDirectory } from '../../src-main/tensorflow/layout.ts'
import { temporaryFolder } from './folder.ts'

const checkout = resolve(import.meta.dirname, '../..')

/** A target's folder as after an installation: this checkout, this Node and this machine's TensorFlow are linked into it. */
export interface TargetFolder {
  path: string
  /** A run's folder there. */
  run: (id: string) => string
  job: (id: string) => JobRecord
  /** Ends what trains there, and removes the folder. */
  remove: () => void
}

/**
 * @param options.path of a folder that is there, such as a small disk
 * @param options.env what a login there sets
 */
export async function targetFolder(
  options: { path?: string; env?: Record<string, string> } = {},
): Promise<TargetFolder> {
  const folder = options.path === undefined ? temporaryFolder('target') : null
  const path = options.path ?? folder?.path ?? ''
  const { digest } = await makeBundle()
  for (const name of ['versions', join(nodePath(path), '..'), 'runs'])
    mkdirSync(resolve(path, name), { recursive: true })
  symlinkSync(checkout, join(path, 'versions', digest))
  const set = Object.entries(options.env ?? {}).map(([name, value]) => `export ${name}=${quoted(value)}\n`)
  const start = `exec ${quoted(process.execPath)} "$@"\n`
  writeFileSync(nodePath(path), `#!/bin/sh\n${set.join('')}${start}`, { mode: 0o755 })
  symlinkSync(runtimesDirectory(), join(path, 'runtime'))
  const run = (id: string) => join(path, 'runs', id)
  const job = (id: string) =>
    jobRecordSchema.parse(JSON.parse(readFileSync(join(run(id), 'job.json'), 'utf8')))
  return {
    ...{ path, run, job },
    remove: () => {
      for (const id of readdirSync(join(path, 'runs')))
        if (existsSync(join(run(id), 'job.json'))) endTraining(job(id))
      folder?.remove()
    },
  }
}

/** Kills the process that trains a run there, as a loss of power would. */
export function endTraining(job: JobRecord): void {
  const { process: identity } = job
  if (identity && isRunning(identity) === 'running') process.kill(identity.pid, 'SIGKILL')
}
