/** The sharp baseline of `bench import`: decodes and resizes files and nothing else; writes the seconds it took. */
import { text } from 'node:stream/consumers'
import sharp from 'sharp'

const { paths, size, atOnce } = JSON.parse(await text(process.stdin))
sharp.cache(false)
sharp.concurrency(1)
const begun = performance.now()
let next = 0
async function work() {
  for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
    await sharp(path, { sequentialRead: true })
      .resize(size, size, { fit: 'cover' })
      .raw()
      .toBuffer()
      .catch(() => undefined)
  }
}
await Promise.all(Array.from({ length: atOnce }, work))
process.stdout.write(String((performance.now() - begun) / 1000))
