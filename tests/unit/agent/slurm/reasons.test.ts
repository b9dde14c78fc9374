import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { setLanguage } from '#shared/language.ts'
import { isForever, reasonInWords } from '../../../../src-main/agent/slurm/reasons.ts'

afterEach(() => {
  setLanguage('en')
})

describe('reasons of Slurm in words', () => {
  it.each([
    ['Resources', 'what it asks for is in use by other jobs'],
    ['Priority', 'other jobs have a higher priority'],
    ['None', 'Slurm has not considered it yet'],
    ['Dependency', 'another job must end first'],
    ['JobHeldUser', 'it is held; `scontrol release 7` lets it go'],
    ['PartitionTimeLimit', 'the partition does not allow a time limit that long'],
    [
      'ReqNodeNotAvail,_UnavailableNodes:n[1-4]',
      'the nodes it needs are not available (ReqNodeNotAvail,_UnavailableNodes:n[1-4])',
    ],
    ['QOSGrpGRES', 'all that its quality of service allows at once is in use (QOSGrpGRES)'],
    [
      'QOSMaxJobsPerUserLimit',
      'you use all that its quality of service allows one user (QOSMaxJobsPerUserLimit)',
    ],
    [
      'QOSMaxMemoryPerJob',
      'it asks for more than its quality of service allows one job (QOSMaxMemoryPerJob)',
    ],
    [
      'QOSMaxWallDurationPerJobLimit',
      'it asks for more than its quality of service allows one job (QOSMaxWallDurationPerJobLimit)',
    ],
    ['QOSMaxCpuPerAccount', 'all that its quality of service allows at once is in use (QOSMaxCpuPerAccount)'],
    ['AssocGrpCPUMinutesLimit', 'all that its account allows at once is in use (AssocGrpCPUMinutesLimit)'],
    ['AssocMaxJobsLimit', 'you use all that its account allows one user (AssocMaxJobsLimit)'],
    [
      'AssocMaxWallDurationPerJobLimit',
      'it asks for more than its account allows one job (AssocMaxWallDurationPerJobLimit)',
    ],
  ])('%s', (code, words) => {
    expect(reasonInWords(code, '7')).toBe(words)
  })

  it('shows one that is not known as Slurm says it', () => {
    expect(reasonInWords('BurstBufferStageIn', '7')).toBe('BurstBufferStageIn')
    expect(reasonInWords('toString', '7')).toBe('toString')
  })

  it('keeps what it does not know, whatever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z_,:{}]{1,40}$/), (code) => {
        const words = reasonInWords(code, '7')
        expect(words.length).toBeGreaterThan(0)
        if (!/^(QOS|Assoc|ReqNode|Nodes_)/.test(code) && words.includes('{')) expect(words).toBe(code)
      }),
    )
  })

  it('speaks German', () => {
    setLanguage('de')
    expect(reasonInWords('Priority', '7')).toContain('andere Jobs')
  })
})

describe('what time does not change', () => {
  it.each([
    'PartitionTimeLimit',
    'PartitionConfig',
    'InvalidAccount',
    'QOSMaxWallDurationPerJobLimit',
    'AssocMaxCpuPerJobLimit',
  ])('%s', (code) => {
    expect(isForever(code)).toBe(true)
  })

  it.each(['Resources', 'Priority', 'QOSGrpGRES', 'QOSMaxJobsPerUserLimit', 'PartitionDown', 'BeginTime'])(
    'but %s passes',
    (code) => {
      expect(isForever(code)).toBe(false)
    },
  )
})
