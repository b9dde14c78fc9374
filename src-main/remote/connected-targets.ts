import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { TargetReport } from '#shared/remote/protocol.ts'
import type { Target } from '#shared/remote/target.ts'
import type { Store } from '../database/store.ts'
import { AgentClient } from './agent-client.ts'
import { clearDeletedRuns, hasDeletedRuns } from './deleted-runs.ts'
import { sendDataset } from './dataset-sync.ts'
import { examineTarget } from './examine-target.ts'
import { findProgram, installProgram } from './install.ts'
import type { InstallOptions } from './install-options.ts'
import { openHost } from './open-host.ts'
import type { RemoteHost } from './remote-host.ts'
import { startSkyCluster } from './sky.ts'
import type { ReadyTarget, TargetAccess } from './target-access.ts'

/** A target that does not answer for so long is not reached. */
const reachMs = 60_000

type PrepareOptions = Parameters<TargetAccess['prepare']>[1]

/** The targets of the history, each reached over one host that its runs share. */
export class ConnectedTargets implements TargetAccess {
  private readonly store: Store
  private readonly hosts = new Map<string, { host: RemoteHost; document: string }>()

  /** Those whose state is recorded. */
  private readonly examined = new WeakSet<RemoteHost>()

  constructor({ store }: { store: Store }) {
    this.store = store
  }

  async prepare(name: string, { onProgress, signal }: PrepareOptions): Promise<ReadyTarget> {
    const { target } = this.store.targets.get(name)
    const host = this.hostOf(target)
    const options: InstallOptions = {
      onProgress: ({ done, total }) => onProgress({ what: 'program', done, total }),
      signal,
    }
    const program = await installProgram(host, target.folder, options)
    // Once is enough: it takes a second, and each lost connection comes by here.
    if (!this.examined.has(host)) {
      this.store.targets.saw(name, await examineTarget(program, options))
      this.examined.add(host)
    }
    const { folder, command } = program
    const agent = new AgentClient(host, command)
    await clearDeletedRuns(this.store, { target: name, agent, signal })
    return {
      ...{ host, folder, agent },
      ...(target.kind === 'slurm' ? { slurm: target.slurm } : {}),
    }
  }

  async examine(name: string): Promise<TargetReport> {
    const { agent } = await this.prepare(name, {
      onProgress: () => undefined,
      signal: new AbortController().signal,
    })
    return await agent.doctor()
  }

  async sendDataset(
    { host, folder }: ReadyTarget,
    { datasetId, directory, onProgress, signal }: Parameters<TargetAccess['sendDataset']>[1],
  ): Promise<void> {
    await sendDataset(host, folder, {
      ...{ datasetId, directory, signal },
      onProgress: (progress) => onProgress({ ...progress, what: 'dataset' }),
    })
  }

  async start(name: string, { signal }: { signal: AbortSignal }): Promise<void> {
    const { target } = this.store.targets.get(name)
    if (target.kind === 'sky') await startSkyCluster(target, this.hostOf(target), { signal })
  }

  async reach(name: string, { signal }: { signal: AbortSignal }): Promise<void> {
    const { target } = this.store.targets.get(name)
    await this.start(name, { signal })
    await this.hostOf(target).run('true', { timeoutMs: reachMs, signal })
  }

  async clearDeleted(name: string, { signal }: { signal: AbortSignal }): Promise<void> {
    if (!hasDeletedRuns(this.store, name)) return
    const { target } = this.store.targets.get(name)
    const host = this.hostOf(target)
    const program = await findProgram(host, target.folder, { signal })
    if (program === null) throw new FlowerbedError('not-found', errorText('target.notInstalled', { name }))
    await clearDeletedRuns(this.store, {
      target: name,
      agent: new AgentClient(host, program.command),
      signal,
    })
  }

  private hostOf(target: Target): RemoteHost {
    const document = JSON.stringify(target)
    const present = this.hosts.get(target.name)
    if (present?.document === document) return present.host
    void present?.host.close()
    const host = openHost(target)
    this.hosts.set(target.name, { host, document })
    return host
  }

  async close(): Promise<void> {
    await Promise.all([...this.hosts.values()].map(({ host }) => host.close()))
    this.hosts.clear()
  }
}
