import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Relay } from '../../../../src-main/engine/cluster/relay.ts'

/** What a server that answers at once says to a connection; null where the connection is refused. */
const answerTo = (port: number, localAddress: string) =>
  new Promise<string | null>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress })
    let said = ''
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(said === '' ? null : said))
    socket.write('hello')
  })

// Elsewhere the loopback interface has one address only.
describe.skipIf(process.platform !== 'linux')('a port that is open to some machines', () => {
  const server = createServer((socket) => {
    socket.on('data', (chunk) => socket.end(`got ${chunk.toString()}`))
    socket.on('error', () => undefined)
  })
  let relay: Relay
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    relay = await Relay.listen({ network: '127.0.0.0/8', to: port })
  })
  afterAll(() => {
    relay.close()
    server.close()
  })

  test('it listens at the address of the network and refuses everyone at first', async () => {
    expect(relay.address.address).toBe('127.0.0.1')
    expect(await answerTo(relay.address.port, '127.0.0.1')).toBeNull()
  })

  test('it leads those to the other port that it is opened to', async () => {
    relay.openTo(['127.0.0.5'])
    expect(await answerTo(relay.address.port, '127.0.0.5')).toBe('got hello')
    expect(await answerTo(relay.address.port, '127.0.0.6')).toBeNull()
  })

  test('a machine that is not in the network says so', async () => {
    await expect(Relay.listen({ network: '0.0.0.0/32', to: 1 })).rejects.toThrow('0.0.0.0/32')
  })
})
