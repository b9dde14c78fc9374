import { expect } from 'vitest'
import { describeKernels } from './kernels-suite.ts'

process.env['FLOWERBED_KERNELS'] = 'avx2'
describeKernels((kernels) => {
  // Null where the processor has not even those.
  if (kernels) expect(kernels).toEqual({ instructions: 'avx2', bf16: false })
})
