/**
 * The protocol buffers of TensorFlow's distributed runtime, whose classes tfjs-node does not ship: as bytes, written field by
 * field. Numbers of fields are those of tensorflow/core/protobuf/config.proto and tensorflow_server.proto.
 */

/** A field of a message: its number, and a whole number, a text, or a message as bytes. */
type Field = readonly [number: number, value: number | string | Uint8Array]

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]

/** https://protobuf.dev/programming-guides/encoding */
export function encodeMessage(fields: Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([...varint(number * 8), ...varint(value)])
      const bytes = Buffer.from(value)
      return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes])
    }),
  )
}

/** The name of the job that all workers of a cluster belong to. */
const job = 'worker'

/** TensorFlow's name of a worker of a cluster. */
export const taskName = (task: number): string => `/job:${job}/replica:0/task:${task}`

/** A ConfigProto. @param options `cpus`: how many devices the processor counts as; `leader`: the task that numbers collectives */
export function sessionConfig({ cpus = 1, leader }: { cpus?: number; leader?: string }): Uint8Array {
  const experimental = leader === undefined ? [] : ([[1, leader]] as const)
  return encodeMessage([
    [1, encodeMessage([...([[1, 'CPU']] as const), [2, cpus]])],
    // GPUs: allow_growth.
    [6, encodeMessage([[4, 1]])],
    // Whole numbers have no kernels on a GPU: allow_soft_placement.
    [7, 1],
    // The graph is optimized already; TensorFlow's optimizer takes seconds before the first step and gains nothing.
    [10, encodeMessage([[10, encodeMessage([[19, 1]])]])],
    [16, encodeMessage([...experimental])],
  ])
}

/** A ServerDef: one of the workers at these addresses (`host:port`). */
export function serverDefinition({ addresses, task }: { addresses: string[]; task: number }): Uint8Array {
  const tasks = addresses.map((address, i): Field => [
    2,
    encodeMessage([...([[1, i]] as const), [2, address]]),
  ])
  const cluster = encodeMessage([[1, encodeMessage([[1, job], ...tasks])]])
  return encodeMessage([
    [1, cluster],
    [2, job],
    [3, task],
    // Without the leader here, too, a worker ends when the first collective begins.
    [4, sessionConfig({ leader: taskName(0) })],
    [5, 'grpc'],
  ])
}

/** RunOptions. A session in this process needs a key for the collectives of its graph; one of a cluster has its leader. */
export const runOptions = ({ timeoutMs, key }: { timeoutMs: number; key: number | null }): Uint8Array =>
  encodeMessage([
    [2, Math.round(timeoutMs)],
    ...(key === null ? [] : [[8, encodeMessage([[1, key]])] as const]),
  ])
