import { BlockList, connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/**
 * A port of one interface that leads to a port of the loopback interface, for the machines that it is opened to. So
 * TensorFlow's server, which would listen on all interfaces and answer everyone, listens on the loopback interface only.
 */
export class Relay {
  private readonly server: Server
  private allowed = new Set<string>()

  private constructor(to: number) {
    this.server = createServer((from) => {
      if (this.allowed.has(from.remoteAddress ?? '')) join(from, connect(to, '127.0.0.1'))
      else from.destroy()
    })
  }

  /**
   * Listens at this machine's address in a network; refuses everyone until it is opened.
   * @param options `network`: as 10.0.0.0/24; `to`: the port that it leads to
   * @throws FlowerbedError `unavailable` where this machine is not in the network
   */
  static async listen({ network, to }: { network: string; to: number }): Promise<Relay> {
    const relay = new Relay(to)
    const address = addressIn(network)
    await new Promise<void>((resolve, reject) => {
      relay.server.once('error', reject).listen(0, address, resolve)
    })
    return relay
  }

  get address(): { address: string; port: number } {
    const { address, port } = this.server.address() as AddressInfo
    return { address, port }
  }

  /** Accepts connections from these addresses, and no others. */
  openTo(addresses: string[]): void {
    this.allowed = new Set(addresses)
  }

  close(): void {
    this.server.close()
  }
}

/** The address of this machine in a network. @throws FlowerbedError `unavailable` without one */
function addressIn(network: string): string {
  const [start = '', prefix] = network.split('/')
  const within = new BlockList()
  within.addSubnet(start, Number(prefix))
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const found = own.find(({ family, address }) => family === 'IPv4' && within.check(address))
  if (!found)
    throw new FlowerbedError('unavailable', errorText('cluster.notInNetwork', { name: hostname(), network }))
  return found.address
}

/** Passes on what either side says; both end together. */
function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.setNoDelay()
    from.pipe(to)
    from.on('error', () => undefined)
    from.on('close', () => to.destroy())
  }
}
