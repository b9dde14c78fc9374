import { describe, expect, it } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { advise, describePrecision } from '../../../../src-main/engine/backend/doctor.ts'

const well: Parameters<typeof advise>[0] = {
  tensorflowProblem: null,
  folderProblem: null,
  freeBytes: 100e9,
  unusedGpu: null,
  electron: { version: '45.0.0', declared: '45.0.0', path: '/electron' },
}

describe('the doctor', () => {
  it('has no advice without a problem', () => {
    expect(advise(well)).toEqual([])
    expect(advise({ ...well, electron: null })).toEqual([])
  })

  it('has one line per problem, with what to do', () => {
    const missing = new FlowerbedError('unavailable', 'TensorFlow is not installed', { hint: 'Install it.' })
    expect(advise({ ...well, tensorflowProblem: missing })).toEqual([
      'TensorFlow is not installed. Install it.',
    ])
    expect(advise({ ...well, freeBytes: 2.34e9 })).toEqual([expect.stringMatching(/2\.3 GB .*--data-dir/)])
    const unusedGpu = { why: 'the GPU’s driver is too old', remedy: 'Update it.' }
    expect(advise({ ...well, unusedGpu })).toEqual(['The GPU’s driver is too old. Update it.'])
    const old = { version: '33.0.0', declared: '45.0.0', path: '/electron' }
    expect(advise({ ...well, electron: old })).toEqual([
      expect.stringMatching(/33\.0\.0 .*45\.0\.0.*ELECTRON_MIRROR/),
    ])
  })

  it('describes what automatic precision results in, and when it is timed', () => {
    expect(describePrecision('fp32')).toMatch(/^fp32; /)
    expect(describePrecision('bf16')).toMatch(/^fp32 or bf16, .* timed when a run starts/)
  })

  it('does not report a disk as full that it could not read', () => {
    const folderProblem = new FlowerbedError('bad-input', 'Nothing can be kept there', { hint: 'Choose.' })
    expect(advise({ ...well, folderProblem, freeBytes: 0 })).toEqual(['Nothing can be kept there. Choose.'])
  })
})
