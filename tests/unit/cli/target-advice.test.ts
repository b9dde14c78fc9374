import { expect, it } from 'vitest'
import type { TargetReport } from '#shared/remote/protocol.ts'
import { targetSchema } from '#shared/remote/target.ts'
import { adviceOn } from '../../../src-main/cli/commands/target/words.ts'

const report: TargetReport = {
  ...{ protocol: 1, version: '1', hostname: 'mars', platform: 'linux x64', cpu: 'CPU', cores: 2 },
  ...{ memoryBytes: 8e9, freeDiskBytes: 1e11, gpus: [], tensorflow: '2 (cpu)', slurm: '22' },
}
const ssh = targetSchema.parse({ kind: 'ssh', name: 'mars', host: 'mars' })
const slurm = targetSchema.parse({ kind: 'slurm', name: 'cluster', host: 'mars', slurm: {} })

it('warns of a machine that ends training when the user logs out, and says what to do', () => {
  const ending = { ...report, endsAtLogout: true }
  expect(adviceOn(ssh, ending)).toEqual([
    expect.stringMatching(/KillUserProcesses=yes.*loginctl enable-linger/),
  ])
  expect(adviceOn(ssh, { ...report, endsAtLogout: false })).toEqual([])
  // An older version does not say.
  expect(adviceOn(ssh, report)).toEqual([])
  expect(adviceOn(slurm, ending)).toEqual([])
})
