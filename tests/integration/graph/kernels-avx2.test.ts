import { describeKernels } from './kernels-suite.ts'

process.env['FLOWERBED_KERNELS'] = 'avx2'
describeKernels({ instructions: 'avx2', bf16: false })
