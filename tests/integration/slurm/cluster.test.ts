import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder.ts'
import { startSlurmCluster, withoutSlurm } from '../../helpers/slurm-cluster.ts'

const cluster = await startSlurmCluster()
const folder = temporaryFolder('slurm-jobs')
afterAll(async () => {
  await cluster?.stop()
  folder.remove()
})

describe.skipIf(!cluster)(`a real Slurm${cluster ? '' : ` (${withoutSlurm})`}`, () => {
  it('runs a job on this machine', async () => {
    if (!cluster) return
    const out = join(folder.path, 'out.txt')
    await cluster.run(
      'sbatch',
      '--wait',
      `--output=${out}`,
      '--wrap',
      'echo $SLURM_JOB_PARTITION $SLURM_JOB_NODELIST',
    )
    expect(readFileSync(out, 'utf8')).toBe(`low ${cluster.node}\n`)
  })
})
