import { networkInterfaces } from 'node:os'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { listeningAddresses } from '../../../src-main/engine/cluster/listening.ts'
import type { ListeningAddress } from '../../../src-main/engine/cluster/listening.ts'
import { checkpointFile } from '../../../src-main/files/checkpoint-names.ts'
import { withWorkerHosts } from '../../../src-main/remote/worker-hosts.ts'
import { descendantsOf, isThere } from '../../helpers/processes.ts'
import { largestDifference } from '../../helpers/replicas.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import type { SshServer } from '../../helpers/ssh-server.ts'
import { targetFolder } from '../../helpers/ssh-target.ts'
import type { TargetFolder } from '../../helpers/ssh-target.ts'
import { saved, small, trainer, trainingRuns } from '../../helpers/training.ts'

const { folder, newRun } = trainingRuns('hosts')
const config = small({ steps: 24, checkpointEvery: 8, sampleEvery: 0, batch: 8, learningRate: 1e-4 })
/** An address of this machine that others may reach; the loopback interface's on a machine without a network. */
const outer =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'

describe.skipIf(!hasSshd)(
  'a run whose workers are on this computer and on others that OpenSSH reaches',
  () => {
    let server: SshServer
    let there: TargetFolder
    let store: Store
    beforeAll(async () => {
      server = await sshServer()
      there = await targetFolder()
      store = openStore(folder.path)
      store.targets.add({ kind: 'ssh', name: 'mars', host: 'target', folder: there.path })
      // The network that fails is in this process, which the state of the first worker blocks while it is read.
      store.targets.add({ kind: 'ssh', name: 'moon', host: 'direct', folder: there.path })
    })
    afterEach(() => {
      vi.unstubAllEnvs()
    })
    afterAll(async () => {
      store.close()
      await server.stop()
      there.remove()
    })

    const prepared = async (request: TrainRequest, workers: { hosts: string[]; network?: string }) =>
      await withWorkerHosts(store, { ...request, workers }, { env: server.env })

    /** Trains, and calls `act` once when the checkpoint of a step is written. */
    const train = async (
      request: TrainRequest,
      { at, act }: { at: number; act: (run: Training) => void },
    ) => {
      let pids: number[] = []
      let hasActed = false
      const run = trainer(request, (event: EngineEvent) => {
        if (event.type === 'workers' && !hasActed) pids = event.workers.map(({ pid }) => pid)
        if (hasActed || event.type !== 'checkpoint' || event.record.step !== at) return
        hasActed = true
        act({ ...run, pids })
      })
      const result = await run.made.run()
      return { ...run, result, pids }
    }
    type Training = ReturnType<typeof trainer> & { pids: number[] }

    test(
      'it has the result of one process, can be paused, and goes on alone after the connection is cut',
      { timeout: 300_000 },
      async () => {
        const one = newRun(config)
        await trainer(one).made.run()
        const request = newRun(config)
        const open: ListeningAddress[] = []
        const first = await train(await prepared(request, { hosts: ['moon', 'mars'] }), {
          at: 8,
          act: ({ made }) => {
            for (const pid of descendantsOf(process.pid)) open.push(...listeningAddresses(pid))
            void made.stop({ outcome: 'paused', save: true })
          },
        })
        expect(first.result.outcome).toBe('paused')
        expect(first.of('workers')[0]?.workers).toMatchObject([
          { name: 'moon', state: 'training' },
          { name: 'mars', state: 'training' },
        ])
        // Two servers; here a port that leads to each of them; there one each that leads to the other one: at least these,
        // and none that other machines reach.
        expect(open.length).toBeGreaterThanOrEqual(6)
        expect(open.filter(({ isLoopback }) => !isLoopback)).toEqual([])
        await vi.waitFor(() => expect(first.pids.filter(isThere)).toEqual([]), 10_000)
        expect(largestDifference(values(one, 8), values(request, 8))).toBeLessThan(1e-5)

        const file = first.of('checkpoint').at(-1)?.record
        const inNetwork: ListeningAddress[] = []
        const second = await train(
          {
            ...(await prepared(request, { hosts: ['local', 'mars'], network: `${outer}/32` })),
            resume: { file: file?.file ?? '', sha256: file?.sha256 ?? '' },
          },
          {
            at: 16,
            act: ({ pids }) => {
              inNetwork.push(...pids.flatMap((pid) => listeningAddresses(pid)))
              server.network.cut()
              // No step is taken meanwhile.
              waitForEnd(pids.at(-1) ?? 0)
            },
          },
        )
        expect(second.result).toMatchObject({ outcome: 'finished', step: 24 })
        expect(second.of('workersLost')).toMatchObject([{ lost: ['mars'], left: 1, step: 16 }])
        // TensorFlow's servers still listen on the loopback interface only, and what leads to them on one other.
        expect(inNetwork).toHaveLength(4)
        expect(inNetwork.filter(({ address, isLoopback }) => !isLoopback && address !== outer)).toEqual([])
        expect(inNetwork.filter(({ address }) => address === outer).length).toBeGreaterThanOrEqual(2)
        expect(second.of('warning')[0]?.message).toContain(`unencrypted in the network ${outer}/32`)
        const states = second.of('workers').map(({ workers }) => workers.map(({ state }) => state))
        expect(states).toContainEqual(['training', 'ended'])
        expect(states.at(-1)).toEqual(['training'])
        await vi.waitFor(() => expect(second.pids.filter(isThere)).toEqual([]), 10_000)
        expect(largestDifference(values(one, 24), values(request, 24))).toBeLessThan(1e-5)
      },
    )
  },
)

/** Blocks this process until another has ended, for a minute at most. */
function waitForEnd(pid: number): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let i = 0; i < 600 && isThere(pid); i++) Atomics.wait(pause, 0, 0, 100)
}

/** The values of a checkpoint's arrays. */
const values = (request: TrainRequest, step: number) => {
  const arrays = saved(request, checkpointFile(step))
  return Object.fromEntries(Object.entries(arrays).map(([name, { values }]) => [name, values]))
}
