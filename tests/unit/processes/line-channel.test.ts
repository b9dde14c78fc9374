import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { lineChannel } from '../../../src-main/processes/line-channel.ts'

test('each message is a line of JSON; what a login script writes is none, and the end closes the channel', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const channel = lineChannel({ input, output })
  const messages: unknown[] = []
  channel.onMessage((message) => messages.push(message))
  const closed = new Promise<void>((resolve) => channel.onClose(resolve))
  channel.post({ call: 1, text: 'two\nlines' })
  expect(String(output.read())).toBe('{"call":1,"text":"two\\nlines"}\n')
  input.write('Welcome to mars\n{"kind":"answer","call":1}\r\n{"kind":')
  input.end('"event"}\n{"half\n')
  await closed
  expect(messages).toEqual([{ kind: 'answer', call: 1 }, { kind: 'event' }])
})
