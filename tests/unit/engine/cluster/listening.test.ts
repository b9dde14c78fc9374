import { expect, test } from 'vitest'
import { parseTable } from '../../../../src-main/engine/cluster/listening.ts'

const line = (address: string, state: string) =>
  `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0`
const table = (...lines: string[]) => ['  sl  local_address rem_address   st', ...lines, ''].join('\n')

test.each([
  ['0100007F:1005', '127.0.0.1', true],
  ['00000000:1005', '0.0.0.0', false],
  ['0502A8C0:1005', '192.168.2.5', false],
  ['00000000000000000000000001000000:1005', '00000000000000000000000000000001', true],
  ['00000000000000000000000000000000:1005', '00000000000000000000000000000000', false],
  ['0000000000000000FFFF00000100007F:1005', '00000000000000000000ffff7f000001', true],
])('the socket %s listens at %s', (written, address, isLoopback) => {
  expect(parseTable(table(line(written, '0A')))).toEqual([
    { address, port: 0x1005, isLoopback, inode: '4711' },
  ])
})

test('a socket that is connected does not listen', () => {
  expect(parseTable(table(line('00000000:1005', '01')))).toEqual([])
})
