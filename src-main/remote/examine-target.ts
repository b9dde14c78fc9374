import type { TargetReport } from '#shared/remote/protocol.ts'
import type { InstalledProgram, InstallOptions } from './install-options.ts'

const silenceMs = 120_000

/** What a target says of itself. @throws FlowerbedError */
export async function examineTarget(
  { host, command }: InstalledProgram,
  { signal }: Pick<InstallOptions, 'signal'> = {},
): Promise<TargetReport> {
  const said = await host.run(`${command} doctor`, { timeoutMs: silenceMs, ...(signal ? { signal } : {}) })
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as TargetReport
}
