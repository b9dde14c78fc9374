import { afterAll, expect, it, vi } from 'vitest'
import { slurmOptionsSchema } from '#shared/remote/target.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { failNetwork } from '../../helpers/outages.ts'
import { remoteDesk, timesRecorded, trainHere } from '../../helpers/remote-desk.ts'
import { startSlurmCluster, withoutSlurm } from '../../helpers/slurm-cluster.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import { targetFolder } from '../../helpers/ssh-target.ts'

/** As in the test of runs over OpenSSH, which is enough for each change; see docs/reliability.md. */
const asked = process.env['FLOWERBED_TEST_CUTS']
const cuts = Number(asked ?? 2)
const seed = Number(process.env['FLOWERBED_TEST_SEED'] ?? 1)
const steps = 60

const cluster = hasSshd && asked !== undefined ? await startSlurmCluster() : null
const reason = asked === undefined ? 'FLOWERBED_TEST_CUTS is not set' : withoutSlurm
afterAll(() => cluster?.stop())

it.skipIf(!cluster)(
  `a job of Slurm whose login node is cut off ${cuts} times trains as here${cluster ? '' : ` (${reason})`}`,
  { timeout: 120_000 + cuts * 60_000 },
  async () => {
    const server = await sshServer()
    vi.stubEnv('FLOWERBED_SSH_CONFIG', server.env['FLOWERBED_SSH_CONFIG'])
    const there = await targetFolder({ env: { SLURM_CONF: cluster?.env['SLURM_CONF'] ?? '' } })
    const here = temporaryFolder('here')
    const desk = remoteDesk(here.path)
    try {
      const slurm = slurmOptionsSchema.parse({ minutes: 30, cpus: 1, memoryMiB: 1024 })
      desk.addTarget({ kind: 'slurm', name: 'cluster', host: 'target', folder: there.path, slurm })
      const expected = await trainHere(desk, steps)
      const outages = failNetwork(server.network, { times: cuts, seed, mostBytes: 200_000 / cuts })
      const { id } = desk.create(steps, 'cluster')
      await desk.runs.start(desk.store.runs.get(id))
      await desk.runs.settled(id)
      expect(outages.end()).toBe(cuts)
      expect(desk.results(id)).toEqual(expected)
      expect([...timesRecorded(desk.events)]).toEqual(expected.steps.map((step) => [step, 1]))
      expect(there.job(id)).toMatchObject({ kind: 'slurm' })
      expect(desk.notices).toEqual([])
    } finally {
      await desk.close()
      await server.stop()
      there.remove()
      here.remove()
      vi.unstubAllEnvs()
    }
  },
)
