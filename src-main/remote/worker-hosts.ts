import type { TrainRequest } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Target } from '#shared/remote/target.ts'
import { localHost } from '#shared/workers.ts'
import type { WorkerChoice, WorkerHost } from '#shared/workers.ts'
import type { Store } from '../database/store.ts'
import { installProgram } from './install.ts'
import type { InstallOptions } from './install-options.ts'
import { openHost } from './open-host.ts'
import { quoted } from './remote-host.ts'
import { ownConnection } from './ssh-host.ts'

interface PrepareOptions {
  signal?: AbortSignal
  /** Called when something has to be installed on a target. */
  onInstall?: (name: string) => void
  env?: NodeJS.ProcessEnv
}

/**
 * A training request with what the engine needs to reach workers on other machines, on which this Flowerbed is installed
 * where it is missing.
 * @throws FlowerbedError `not-found` for a name that is no target, `bad-input` for one without OpenSSH, `unavailable`, `no-space`
 */
export async function withWorkerHosts(
  store: Store,
  request: TrainRequest,
  options: PrepareOptions = {},
): Promise<TrainRequest> {
  const targets = sshTargets(store, request.workers)
  if (targets.length === 0) return request
  return { ...request, workerHosts: await Promise.all(targets.map((target) => prepare(target, options))) }
}

/** The targets of a choice. @throws FlowerbedError `not-found`, `bad-input` */
export function sshTargets(store: Store, choice: WorkerChoice | null | undefined): SshTarget[] {
  const names = choice && 'hosts' in choice ? choice.hosts.filter((name) => name !== localHost) : []
  return names.map((name) => {
    const { target } = store.targets.get(name)
    if (target.kind !== 'ssh')
      throw new FlowerbedError('bad-input', errorText('cluster.sshOnly', { name }), { where: name })
    return target
  })
}

type SshTarget = Extract<Target, { kind: 'ssh' }>

async function prepare(
  target: SshTarget,
  { signal, onInstall, env = process.env }: PrepareOptions,
): Promise<WorkerHost> {
  const { name, host: address, folder } = target
  const host = openHost(target, env)
  let isInstalling = false
  const onProgress: InstallOptions['onProgress'] = () => {
    if (!isInstalling) onInstall?.(name)
    isInstalling = true
  }
  try {
    const { command } = await installProgram(host, folder, { signal, env, onProgress })
    return {
      ...{ name, host: address, ssh: ownConnection(env) },
      command: `exec sh -c ${quoted(`${command} worker`)}`,
    }
  } finally {
    await host.close()
  }
}
