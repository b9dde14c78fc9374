import type { Target } from '#shared/remote/target.ts'
import { LocalHost } from './local-host.ts'
import type { RemoteHost } from './remote-host.ts'
import { skyCluster } from './sky-task.ts'
import { SshHost } from './ssh-host.ts'

/** The machine of a target on which its agent runs. Nothing is connected to before its first command. */
export function openHost(target: Target, env: NodeJS.ProcessEnv = process.env): RemoteHost {
  switch (target.kind) {
    case 'ssh':
      return new SshHost(target.host, env)
    case 'slurm':
      return target.host === null ? new LocalHost(env) : new SshHost(target.host, env)
    case 'sky':
      // SkyPilot adds its clusters to the configuration of OpenSSH.
      return new SshHost(skyCluster(target), env)
  }
}
