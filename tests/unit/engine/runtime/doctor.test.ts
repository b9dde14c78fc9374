import { describe, expect, it } from 'vitest'
import { FlowerbedError } from '#contract/errors.ts'
import { advise } from '../../../../src-main/engine/runtime/doctor.ts'

const well: Parameters<typeof advise>[0] = {
  tensorflowProblem: null,
  folderProblem: null,
  freeBytes: 100e9,
  gpus: [],
  device: 'auto',
  used: 'cpu',
  electron: { version: '45.0.0', declared: '45.0.0', path: '/electron' },
}

describe('the doctor', () => {
  it('says nothing where nothing is amiss', () => {
    expect(advise(well)).toEqual([])
    expect(advise({ ...well, electron: null })).toEqual([])
    expect(advise({ ...well, gpus: ['Card'], used: 'cuda' })).toEqual([])
    // Who chose the processor does not want to hear of the card.
    expect(advise({ ...well, gpus: ['Card'], device: 'cpu' })).toEqual([])
  })

  it('has one line for each thing amiss, that says what to do', () => {
    const missing = new FlowerbedError('unavailable', 'TensorFlow is not installed', { hint: 'Install it.' })
    expect(advise({ ...well, tensorflowProblem: missing, used: null })).toEqual([
      'TensorFlow is not installed. Install it.',
    ])
    expect(advise({ ...well, freeBytes: 2.34e9 })).toEqual([expect.stringMatching(/2\.3 GB .*--data-dir/)])
    expect(advise({ ...well, gpus: ['Card'] })).toEqual([
      expect.stringMatching(/^Card is not used\..*Settings/),
    ])
    const old = { version: '33.0.0', declared: '45.0.0', path: '/electron' }
    expect(advise({ ...well, electron: old })).toEqual([
      expect.stringMatching(/33\.0\.0 .*45\.0\.0.*ELECTRON_MIRROR/),
    ])
  })

  it('does not call a disk full that it could not look at', () => {
    const folderProblem = new FlowerbedError('bad-input', 'Nothing can be kept there', { hint: 'Choose.' })
    expect(advise({ ...well, folderProblem, freeBytes: 0 })).toEqual(['Nothing can be kept there. Choose.'])
  })
})
