import { describe, expect, it } from 'vitest'
import { canExtend, canResume, endedUnexpectedly, hasEnded, isLive, runsLeft } from '#shared/run-status.ts'
import { runStatuses } from '#shared/schemas/run.ts'
import type { RunStatus } from '#shared/schemas/run.ts'

const withStatus = (status: RunStatus, datasetId: string | null = 'd') => ({ id: status, status, datasetId })
const all = runStatuses.map((status) => withStatus(status))
const idsOf = (runs: { id: string }[]) => runs.map(({ id }) => id)

describe('the rules on the status of a run', () => {
  it('takes a run for live while it starts or trains', () => {
    expect(idsOf(all.filter(isLive))).toEqual(['starting', 'training'])
  })

  it('takes a run for ended when it reached its goal or was stopped', () => {
    expect(idsOf(all.filter(hasEnded))).toEqual(['finished', 'stopped'])
  })

  it('lets every run resume that is neither live nor finished', () => {
    expect(idsOf(all.filter(canResume))).toEqual([
      'waiting',
      'queued',
      'paused',
      'stopped',
      'interrupted',
      'failed',
    ])
  })

  it('lets no run resume or train longer whose images were deleted', () => {
    expect(runStatuses.filter((status) => canResume(withStatus(status, null)))).toEqual([])
    expect(runStatuses.filter((status) => canExtend(withStatus(status, null)))).toEqual([])
    expect(all.every(canExtend)).toBe(true)
  })

  it('takes an interrupted or failed run for ended unexpectedly', () => {
    expect(idsOf(all.filter(endedUnexpectedly))).toEqual(['interrupted', 'failed'])
  })
})

describe('runsLeft', () => {
  it('leaves out what ended and puts what failed last', () => {
    const runs = ['failed', 'finished', 'paused', 'stopped', 'waiting'] as const
    expect(idsOf(runsLeft(runs.map((status) => withStatus(status))))).toEqual(['paused', 'waiting', 'failed'])
  })

  it('leaves out runs whose images were deleted', () => {
    expect(runsLeft([withStatus('paused', null)])).toEqual([])
  })

  it('begins with the run that was chosen, also when it was stopped or has failed', () => {
    expect(idsOf(runsLeft([withStatus('waiting'), withStatus('stopped')], 'stopped'))).toEqual([
      'stopped',
      'waiting',
    ])
    expect(idsOf(runsLeft([withStatus('waiting'), withStatus('failed')], 'failed'))[0]).toBe('failed')
  })

  it('does not begin with a run that has finished', () => {
    expect(idsOf(runsLeft([withStatus('waiting'), withStatus('finished')], 'finished'))).toEqual(['waiting'])
  })

  it('leaves the list that it was given as it was', () => {
    const runs = [withStatus('failed'), withStatus('waiting')]
    runsLeft(runs)
    expect(idsOf(runs)).toEqual(['failed', 'waiting'])
  })
})
